package jot.vector;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A backend stands on jot.spi and what is below it. */
class ImportsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(Path.of("target", "classes"));

  @Test
  void classes_were_read() {
    assertThat(CLASSES.containPackage("jot.vector")).isTrue();
  }

  @Test
  void nothing_above_the_spi_is_named() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jot", "jot.solve..", "jot.backward..", "jot.marginal..")
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage("jot.reference..", "jot.gpu..", "jot.bench..")
        .check(CLASSES);
  }
}
