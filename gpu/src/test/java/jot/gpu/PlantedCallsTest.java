package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls of cuBLAS and cuSOLVER as the backend makes them, with one argument wrong. */
class PlantedCallsTest {
  /** Of these numbers whole allocations of the pool are made: nothing is behind them. */
  private static final int ROWS = 64;

  private static final int COLUMNS = 32;

  @TempDir static Path cache;

  private CudaBackend backend;
  private Queue queue;
  private long matrix;
  private long shorter;
  private long longer;

  @BeforeEach
  void open() {
    assertThat(CudaProbe.availability().usable()).isTrue();
    backend = new CudaBackend();
    queue = new Queue(new Kernels("sm_90", new CubinCache(cache)), backend.memory());
    queue.vendor().openBlas();
    queue.vendor().openFactors();
    matrix = zeros(ROWS * COLUMNS);
    shorter = zeros(COLUMNS);
    longer = zeros(ROWS);
    queue.drain();
    Emulator.forget();
  }

  @AfterEach
  void close() {
    queue.close();
    backend.memory().free(matrix, 8L * ROWS * COLUMNS);
    backend.memory().free(shorter, 8L * COLUMNS);
    backend.memory().free(longer, 8L * ROWS);
    backend.close();
    Emulator.forget();
  }

  private long zeros(int numbers) {
    long address = backend.memory().allocate(8L * numbers);
    queue.zero(address, 8L * numbers);
    return address;
  }

  private void refused(String function, String why) {
    assertThatThrownBy(queue::drain)
        .isInstanceOf(CudaException.class)
        .hasMessageContaining(function + " failed with status")
        .hasMessageContaining("report it");
    assertThat(Emulator.violations()).singleElement().asString().contains(function).contains(why);
  }

  @Test
  void a_product_that_is_right_is_accepted() {
    Blas.gemv(queue.log(), false, ROWS, COLUMNS, matrix, ROWS, shorter, longer, 1);
    Blas.gemv(queue.log(), true, ROWS, COLUMNS, matrix, ROWS, longer, shorter, 1);
    queue.drain();
    assertThat(Emulator.violations()).isEmpty();
  }

  @Test
  void a_leading_dimension_that_is_too_small_is_caught() {
    Blas.gemv(queue.log(), false, ROWS, COLUMNS, matrix, COLUMNS, shorter, longer, 1);
    refused("cublasDgemvStridedBatched", "leading dimension");
  }

  @Test
  void a_leading_dimension_that_is_too_large_is_caught() {
    Blas.gemv(queue.log(), false, ROWS, COLUMNS, matrix, 2 * ROWS, shorter, longer, 1);
    refused("cublasDgemvStridedBatched", "outside");
  }

  @Test
  void a_swapped_transpose_is_caught() {
    Blas.gemv(queue.log(), true, ROWS, COLUMNS, matrix, ROWS, shorter, longer, 1);
    refused("cublasDgemvStridedBatched", "outside");
  }

  @Test
  void more_problems_than_there_are_is_caught() {
    Blas.gemv(queue.log(), false, ROWS, COLUMNS, matrix, ROWS, shorter, longer, 2);
    refused("cublasDgemvStridedBatched", "outside");
  }

  @Test
  void rows_and_columns_that_are_swapped_are_caught() {
    Blas.scale(queue.log(), COLUMNS, ROWS, matrix, ROWS, longer, matrix);
    refused("cublasDdgmm", "outside");
    Emulator.forget();
    Blas.negativeSquare(queue.log(), ROWS, COLUMNS, matrix, COLUMNS, matrix);
    refused("cublasDsyrk_v2", "leading dimension");
  }

  @Test
  void a_factor_without_room_is_caught() {
    Factors.factorise(queue.log(), ROWS, matrix, longer, ROWS, shorter);
    refused("cusolverDnDpotrf", "memory");
    Emulator.forget();
    Factors.solve(queue.log(), ROWS, matrix, longer, shorter);
    refused("cusolverDnDpotrs", "memory");
  }

  @Test
  void a_list_of_matrices_that_names_none_is_caught_on_the_device() {
    Factors.factoriseAll(queue.log(), 2, shorter, longer, 1);
    queue.drain();
    assertThat(Emulator.violations()).singleElement().asString().contains("no matrix");
  }
}
