package jot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A tensor on a device: a name for memory that the host must not touch. */
class DeviceTensorTest {
  private static final DeviceMemory MEMORY = new DeviceMemory("cuda", 0x1000);

  private static Tensor tensor() {
    return Tensor.onDevice(MEMORY, DType.F64, new Shape(2, 3, 4));
  }

  @Test
  void it_knows_where_it_lies_and_what_shape_it_has() {
    Tensor tensor = tensor();
    assertThat(tensor.isOnDevice()).isTrue();
    assertThat(tensor.device()).isEqualTo(MEMORY);
    assertThat(tensor.shape()).isEqualTo(new Shape(2, 3, 4));
    assertThat(tensor.isAlive()).isTrue();
    assertThat(tensor.isReadOnly()).isFalse();
  }

  @Test
  void views_lie_where_their_numbers_do() {
    assertThat(tensor().problem(1).device()).isEqualTo(new DeviceMemory("cuda", 0x1000 + 8 * 12));
    assertThat(tensor().reshape(new Shape(1, 6, 4)).device()).isEqualTo(MEMORY);
  }

  @Test
  void host_memory_is_on_no_device() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor host = Tensor.vector(arena, 1, 2);
      assertThat(host.isOnDevice()).isFalse();
      assertThat(host.device()).isNull();
    }
  }

  @Test
  void null_and_misaligned_pointers_are_refused() {
    assertThatThrownBy(() -> new DeviceMemory("cuda", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("null pointer");
    DeviceMemory odd = new DeviceMemory("cuda", 0x1004);
    assertThat(Tensor.onDevice(odd, DType.F32, Shape.vector(1)).isOnDevice()).isTrue();
    assertThatThrownBy(() -> Tensor.onDevice(odd, DType.F64, Shape.vector(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiple of 8");
  }

  /** Everything that would touch the numbers. */
  interface Access {
    void to(Tensor device, Tensor host, Arena arena);
  }

  static Access[] accesses() {
    return new Access[] {
      (d, h, arena) -> d.get(0, 0, 0),
      (d, h, arena) -> d.problem(0).get(0, 0),
      (d, h, arena) -> d.getFlat(0),
      (d, h, arena) -> d.set(0, 0, 0, 1),
      (d, h, arena) -> d.setFlat(0, 1),
      (d, h, arena) -> d.fill(0),
      (d, h, arena) -> d.segment(),
      (d, h, arena) -> d.toArray(),
      (d, h, arena) -> d.problem(0).toMatrix(),
      (d, h, arena) -> d.copyTo(arena, DType.F64),
      (d, h, arena) -> d.copyTo(arena, DType.F32),
      (d, h, arena) -> d.copyFrom(h),
      (d, h, arena) -> h.copyFrom(d),
      (d, h, arena) -> d.asReadOnly(),
    };
  }

  @ParameterizedTest
  @MethodSource("accesses")
  void the_host_cannot_touch_the_numbers(Access access) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor host = Tensor.allocate(arena, DType.F64, new Shape(2, 3, 4));
      assertThatThrownBy(() -> access.to(tensor(), host, arena))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("device of the backend 'cuda'");
    }
  }
}
