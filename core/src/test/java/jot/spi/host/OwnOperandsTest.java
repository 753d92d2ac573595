package jot.spi.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.stream.Collectors;
import jot.reference.CheckedReference;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The check by which a suite shows that kernels get lent memory only where they expect it. */
class OwnOperandsTest {

  private static void sweep(Session session, Buffer kernel) {
    Buffer ones = session.vector(2);
    Buffer scalar = session.scalar();
    Buffer active = session.scalar();
    Buffer u = session.vector(2);
    Buffer v = session.vector(2);
    for (Buffer buffer : new Buffer[] {ones, active, u, v}) {
      session.fill(buffer, 1, null);
    }
    session.scalingSweep(
        new MatrixSource.Stored(kernel),
        ones,
        ones,
        u,
        v,
        session.scalar(),
        session.scalar(),
        session.scalar(),
        scalar,
        active);
    session.poll();
  }

  @Test
  void every_entry_names_a_kernel() {
    assertThat(
            Arrays.stream(RowKernels.class.getMethods())
                .map(OwnOperands::name)
                .collect(Collectors.toSet()))
        .containsAll(OwnOperands.kernels());
  }

  @Test
  void a_sessions_own_matrix_is_accepted_and_a_lent_one_is_not() {
    try (Arena arena = Arena.ofShared();
        Session session = CheckedReference.open(1).open(1, 2, 2)) {
      Buffer own = session.matrix(DType.F64, 2, 2);
      session.fill(own, 1, null);
      assertThatCode(() -> sweep(session, own)).doesNotThrowAnyException();
      Buffer lent = session.slot(DType.F64, 2, 2);
      Tensor memory = Tensor.allocate(arena, DType.F64, Shape.matrix(2, 2));
      memory.fill(1);
      session.bind(lent, memory);
      assertThatThrownBy(() -> sweep(session, lent))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("dots/9: parameter 1 is lent");
    }
  }
}
