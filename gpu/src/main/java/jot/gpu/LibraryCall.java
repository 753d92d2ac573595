package jot.gpu;

/** The calls of cuBLAS and cuSOLVER that a block of operations may hold. */
enum LibraryCall {
  GEMV(true),
  SCALE(true),
  SYRK(true),
  POTRF(false),
  POTRS(false),
  POTRF_BATCHED(false),
  POTRS_BATCHED(false);

  private static final LibraryCall[] ALL = values();

  private final boolean recordable;

  LibraryCall(boolean recordable) {
    this.recordable = recordable;
  }

  /**
   * Whether it may go into a graph. cuBLAS documents that, with a workspace of the caller's;
   * cuSOLVER promises nothing, so a block with one of its calls is issued call by call.
   */
  boolean isRecordable() {
    return recordable;
  }

  /** Its place in a {@link CommandLog}, which no file and no other process ever sees. */
  @SuppressWarnings("EnumOrdinal")
  int index() {
    return ordinal();
  }

  /** The call of a place. */
  static LibraryCall of(int index) {
    return ALL[index];
  }
}
