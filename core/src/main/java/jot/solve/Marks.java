package jot.solve;

/** Which problems of a batch something is about. */
public final class Marks {

  private Marks() {}

  /** Whether any is marked. */
  public static boolean any(boolean[] marks) {
    for (boolean mark : marks) {
      if (mark) {
        return true;
      }
    }
    return false;
  }
}
