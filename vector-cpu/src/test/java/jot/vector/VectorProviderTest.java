package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.ServiceLoader;
import jot.spi.Availability;
import jot.spi.Backend;
import jot.spi.BackendProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

class VectorProviderTest {

  /** Prints what the provider says of its virtual machine. */
  static final class Ask {
    private Ask() {}

    public static void main(String[] args) {
      Availability availability = new VectorProvider().availability();
      System.out.println(availability.usable() + " " + availability.reason());
    }
  }

  /** Prints the backends that a class path offers, without the module that some of them need. */
  static final class Offers {
    private Offers() {}

    public static void main(String[] args) {
      ServiceLoader.load(BackendProvider.class).stream()
          .forEach(provider -> System.out.println(provider.get().name()));
    }
  }

  @Test
  void a_class_path_without_the_flag_still_offers_the_backend() {
    assertThat(Jvm.run(Offers.class)).contains("vector");
  }

  @Test
  void the_module_provides_the_backend() {
    assertThat(VectorProvider.class.getModule().getDescriptor().provides())
        .anyMatch(service -> service.service().equals(BackendProvider.class.getName()));
  }

  @Test
  void an_opened_backend_says_its_width_its_access_and_threads() {
    VectorProvider provider = new VectorProvider();
    assertThat(provider.priority()).isEqualTo(10);
    assertThat(provider.availability().usable()).isTrue();
    Backend backend = provider.open(2);
    assertThat(backend.name()).isEqualTo("vector");
    String access = OwnMemory.UNCHECKED ? ", native access" : "";
    assertThat(backend.description())
        .matches("vector: (128|256|512)-bit vectors" + access + ", 2 threads");
  }

  @Test
  void class_path_with_the_flag_is_usable() {
    assertThat(Jvm.run(Ask.class, Jvm.MODULE, "-Djot.vector.bits=128"))
        .containsExactly("true 128-bit vectors");
  }

  @Test
  void a_missing_module_is_answered_with_the_flag() {
    assertThat(Jvm.run(Ask.class))
        .singleElement()
        .asString()
        .startsWith("false ")
        .endsWith(" --add-modules jdk.incubator.vector");
  }

  @Test
  void a_machine_that_only_interprets_is_refused() {
    assertThat(Jvm.run(Ask.class, Jvm.MODULE, "-Xint"))
        .singleElement()
        .asString()
        .startsWith("false ")
        .contains("interpreted mode", "-Xint");
    assertThat(Jvm.run(Ask.class, Jvm.MODULE, "-XX:TieredStopAtLevel=1"))
        .singleElement()
        .asString()
        .startsWith("false ")
        .contains("emulated-client");
  }

  @Test
  @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
  void an_x86_without_avx2_is_refused() {
    assertThat(Jvm.run(Ask.class, Jvm.MODULE, "-XX:UseAVX=0"))
        .singleElement()
        .asString()
        .startsWith("false ")
        .contains("AVX2");
  }

  @Test
  void a_width_that_is_none_is_refused_with_those_that_are() {
    assertThat(Jvm.run(Ask.class, Jvm.MODULE, "-Djot.vector.bits=320"))
        .singleElement()
        .asString()
        .startsWith("false ")
        .contains("jot.vector.bits", "128, 256 or 512", "'320'");
  }

  @Test
  void allowed_widths_and_none_at_all_are_no_problem() {
    for (String bits : new String[] {"128", "256", "512"}) {
      assertThat(VectorWidth.problem(Optional.of(bits))).isEmpty();
    }
    assertThat(VectorWidth.problem(Optional.empty())).isEmpty();
    assertThat(VectorWidth.problem(Optional.of("wide"))).isPresent();
  }
}
