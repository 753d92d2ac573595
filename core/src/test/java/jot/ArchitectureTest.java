package jot;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Imports run one way: from the top of {@link #FLOORS} to the bottom. */
class ArchitectureTest {
  /** The house from top to bottom; packages of one floor do not know each other. */
  private static final List<Set<String>> FLOORS =
      List.of(
          Set.of("jot"),
          Set.of("jot.solve", "jot.backward"),
          Set.of("jot.marginal"),
          // A backend: it uses the floors below, and only ServiceLoader may name it.
          Set.of("jot.reference"),
          Set.of("jot.spi.host"),
          Set.of("jot.spi"),
          Set.of("jot.geometry"),
          Set.of("jot.tensor"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  @Test
  void every_package_has_its_floor_and_was_read() {
    Set<String> packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toSet());
    Set<String> known = FLOORS.stream().flatMap(Set::stream).collect(Collectors.toSet());
    assertThat(packages).isEqualTo(known);
  }

  @Test
  void imports_run_from_top_to_bottom() {
    classes().should(lookOnlyDown(FLOORS)).check(CLASSES);
  }

  @Test
  void the_rule_sees_an_import_that_runs_upwards() {
    boolean broken =
        classes().should(lookOnlyDown(FLOORS.reversed())).evaluate(CLASSES).hasViolation();
    assertThat(broken).isTrue();
  }

  @Test
  void packages_have_no_cycles() {
    slices().matching("(jot..)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void nobody_names_the_reference_backend() {
    assertThat(CLASSES.stream().flatMap(c -> c.getDirectDependenciesFromSelf().stream()))
        .noneMatch(
            d ->
                d.getTargetClass().getPackageName().equals("jot.reference")
                    && !d.getOriginClass().getPackageName().equals("jot.reference"));
  }

  private static ArchCondition<JavaClass> lookOnlyDown(List<Set<String>> floors) {
    return new ArchCondition<>("import only packages of lower floors") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
          String origin = item.getPackageName();
          String target = dependency.getTargetClass().getPackageName();
          if (!origin.equals(target)
              && floor(floors, target) >= 0
              && floor(floors, origin) >= floor(floors, target)) {
            events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static int floor(List<Set<String>> floors, String name) {
    for (int i = 0; i < floors.size(); i++) {
      if (floors.get(i).contains(name)) {
        return i;
      }
    }
    return -1;
  }
}
