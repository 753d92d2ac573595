package jot.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jot.tensor.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever call of cuBLAS or cuSOLVER fails, and whatever call around one. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LibraryFaultsTest {
  private static final int ILLEGAL_ADDRESS = 700;
  private static final int M = 11;
  private static final int N = 7;

  /** Systems of this size are factorised one by one. */
  private static final int LARGE = CholeskyOps.BATCHED + 1;

  private List<Long> before;

  @BeforeEach
  void remember() {
    assertThat(CudaProbe.availability().usable()).isTrue();
    Emulator.forget();
    before = Emulator.live();
  }

  @AfterEach
  void restore() {
    Emulator.forget();
  }

  private static void run(int m, int n) {
    CudaBackend backend = new CudaBackend(true);
    try {
      LibraryScenario.scaling(backend, DType.F64, M, N, 0);
      assertThat(LibraryScenario.factor(backend, m, n, 0))
          .containsOnly(new double[] {0}, within(1e-12));
    } finally {
      backend.close();
    }
  }

  private void nothingIsLeft(String when) {
    assertThat(Emulator.live()).as("%s: %s", when, Emulator.KINDS).isEqualTo(before);
    assertThat(Emulator.violations()).as(when).isEmpty();
  }

  @Test
  void any_call_may_fail() {
    run(M, N);
    long first = Emulator.calls("*");
    run(M, N);
    long calls = Emulator.calls("*") - first;
    int thrown = 0;
    for (long k = 1; k <= calls; k++) {
      Emulator.fail("*", k, ILLEGAL_ADDRESS, false);
      try {
        run(M, N);
      } catch (CudaException e) {
        thrown++;
        assertThat(e).hasMessageContaining(e.call() + " failed with status");
        assertThat(e.status()).isEqualTo(ILLEGAL_ADDRESS);
      }
      Emulator.forgetFaults();
      nothingIsLeft("call " + k + " of " + calls);
    }
    assertThat(thrown).isGreaterThan((int) calls / 2);
  }

  @ParameterizedTest
  @CsvSource({
    "cublasCreate_v2, 1, nvidia-smi",
    "cublasSetMathMode, 14, jot doctor",
    "cublasSetStream_v2, 14, jot doctor",
    "cublasSetWorkspace_v2, 7, report it",
    "cublasDgemvStridedBatched, 13, do without the library",
    "cublasDdgmm, 7, report it",
    "cublasDsyrk_v2, 13, do without the library",
    "cusolverDnCreate, 1, nvidia-smi",
    "cusolverDnSetStream, 7, jot doctor",
    "cusolverDnDpotrfBatched, 3, report it",
    "cusolverDnDpotrsBatched, 6, CUSOLVER_STATUS_EXECUTION_FAILED",
  })
  void a_failure_names_the_call_the_status_and_what_to_do(
      String function, int status, String remedy) {
    Emulator.fail(function, 1, status, false);
    assertThatThrownBy(() -> run(M, N))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining(function + " failed with status " + status)
        .hasMessageContaining(remedy);
    nothingIsLeft(function);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cusolverDnDpotrf_bufferSize", "cusolverDnDpotrf", "cusolverDnDpotrs"})
  void so_it_does_where_systems_are_factorised_one_by_one(String function) {
    Emulator.fail(function, 1, 6, false);
    assertThatThrownBy(() -> run(LARGE, LARGE))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining(
            function + " failed with status 6 (CUSOLVER_STATUS_EXECUTION_FAILED)");
    nothingIsLeft(function);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void any_operation_on_the_device_may_fail(boolean lost) {
    run(M, N);
    for (long k = 1; k <= 60; k += 4) {
      Emulator.fail("asynchronous", k, ILLEGAL_ADDRESS, lost);
      assertThatThrownBy(() -> run(M, N))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("cudaStreamSynchronize failed with status 700");
      Emulator.forgetFaults();
      nothingIsLeft("operation " + k);
    }
  }

  @Test
  void handles_are_made_once_a_queue_and_only_where_they_are_asked_for() {
    Map<String, Long> counts =
        Map.of("cublasCreate_v2", 1L, "cusolverDnCreate", 1L, "cublasDestroy_v2", 0L);
    CudaBackend backend = new CudaBackend(true);
    Scenario.run(backend);
    assertThat(Emulator.live("cublas handle")).isEqualTo(before.get(8));
    List<Long> first = counts.keySet().stream().map(Emulator::calls).toList();
    for (int k = 0; k < 3; k++) {
      LibraryScenario.scaling(backend, DType.F64, M, N, 0);
      LibraryScenario.factor(backend, M, N, 0);
    }
    int at = 0;
    for (Map.Entry<String, Long> count : counts.entrySet()) {
      assertThat(Emulator.calls(count.getKey()) - first.get(at++))
          .as(count.getKey())
          .isEqualTo(count.getValue());
    }
    backend.close();
    nothingIsLeft("closed");
  }
}
