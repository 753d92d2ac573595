import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Fails the build when a test that was compiled did not run.
 *
 * <p>Surefire is silent about a class that its patterns, tags or module path leave out. So this
 * reads the test classes themselves, works out which tests each Surefire execution must have run,
 * and looks each of them up in that execution's reports.
 *
 * <pre>
 * java TestCount.java CLASSES REPORTS SINCE "NAME [package=P] [include=TAG,…] [exclude=TAG,…] [may-skip]"…
 * </pre>
 *
 * CLASSES holds the compiled tests, REPORTS/NAME the reports of the execution NAME. Reports written
 * before SINCE belong to an earlier build and do not count. Where every test of a class was
 * skipped, the class counts as not run, unless {@code may-skip} says that a machine may lack what
 * it needs.
 */
final class TestCount {
  private static final Set<String> TESTS =
      Set.of(
          "org.junit.jupiter.api.Test",
          "org.junit.jupiter.api.RepeatedTest",
          "org.junit.jupiter.api.TestFactory",
          "org.junit.jupiter.api.TestTemplate",
          "org.junit.jupiter.params.ParameterizedTest",
          "net.jqwik.api.Property",
          "net.jqwik.api.Example");
  private static final Set<String> TAGS = Set.of("org.junit.jupiter.api.Tag", "net.jqwik.api.Tag");

  private final Map<String, ClassModel> classes = new TreeMap<>();

  /** One Surefire execution, as named in the pom. */
  private record Execution(
      String name, String inPackage, Set<String> include, Set<String> exclude, boolean maySkip) {
    static Execution parse(String text) {
      String[] words = text.strip().split("\\s+");
      String inPackage = "";
      Set<String> include = Set.of();
      Set<String> exclude = Set.of();
      boolean maySkip = false;
      for (int i = 1; i < words.length; i++) {
        String value = words[i].substring(words[i].indexOf('=') + 1);
        if (words[i].startsWith("package=")) {
          inPackage = value;
        } else if (words[i].startsWith("include=")) {
          include = Set.of(value.split(","));
        } else if (words[i].startsWith("exclude=")) {
          exclude = Set.of(value.split(","));
        } else if (words[i].equals("may-skip")) {
          maySkip = true;
        } else {
          throw new IllegalArgumentException("unknown word in execution: " + words[i]);
        }
      }
      return new Execution(words[0], inPackage, include, exclude, maySkip);
    }

    boolean selects(Set<String> tags) {
      return (include.isEmpty() || tags.stream().anyMatch(include::contains))
          && tags.stream().noneMatch(exclude::contains);
    }
  }

  /** What the reports say about one class: the names of its test cases, run and skipped. */
  private record Ran(List<String> run, List<String> skipped) {}

  public static void main(String[] args) throws IOException, XMLStreamException {
    TestCount count = new TestCount();
    Path compiled = Path.of(args[0]);
    if (Files.isDirectory(compiled)) {
      count.read(compiled);
    }
    boolean good = true;
    for (int i = 3; i < args.length; i++) {
      Execution execution = Execution.parse(args[i]);
      Path reports = Path.of(args[1], execution.name());
      good &= count.check(execution, reports(reports, Instant.parse(args[2])));
    }
    if (!good) {
      System.exit(1);
    }
  }

  private void read(Path compiled) throws IOException {
    try (var tree = Files.walk(compiled)) {
      for (Path file : tree.filter(f -> f.toString().endsWith(".class")).toList()) {
        ClassModel model = ClassFile.of().parse(file);
        classes.put(model.thisClass().asInternalName().replace('/', '.'), model);
      }
    }
  }

  private boolean check(Execution execution, Map<String, Ran> reports) {
    List<String> missing = new ArrayList<>();
    int expected = 0;
    for (String name : classes.keySet()) {
      if (!name.startsWith(execution.inPackage())) {
        continue;
      }
      Set<String> tests = tests(name, execution);
      if (tests.isEmpty()) {
        continue;
      }
      expected++;
      Ran ran = reports.getOrDefault(name, new Ran(List.of(), List.of()));
      if (ran.run().isEmpty() && ran.skipped().isEmpty()) {
        missing.add(name + ": the class did not run");
        continue;
      }
      if (ran.run().isEmpty() && !execution.maySkip()) {
        missing.add(name + ": every test was skipped");
      }
      for (String test : tests) {
        if (!contains(ran.run(), test) && !contains(ran.skipped(), test)) {
          missing.add(name + "." + test + " did not run");
        }
      }
    }
    int run = reports.values().stream().mapToInt(r -> r.run().size()).sum();
    int skipped = reports.values().stream().mapToInt(r -> r.skipped().size()).sum();
    if (expected == 0 || run == 0 && !execution.maySkip()) {
      missing.add("the execution ran no tests (" + expected + " classes have some for it)");
    }
    for (String line : missing) {
      System.err.println("[ERROR] tests of execution '" + execution.name() + "': " + line);
    }
    System.out.println(
        "[INFO] Execution '%s': %d classes with tests, %d test cases ran, %d skipped"
            .formatted(execution.name(), expected, run, skipped));
    return missing.isEmpty();
  }

  /**
   * Reports write {@code name}, {@code name(int)[1]} or {@code name{int}[1]}; jqwik's have spaces
   * for underscores.
   */
  private static boolean contains(List<String> cases, String test) {
    String plain = test.replace('_', ' ');
    return cases.stream()
        .map(c -> c.replace('_', ' '))
        .anyMatch(
            c ->
                c.startsWith(plain)
                    && (c.length() == plain.length()
                        || !Character.isJavaIdentifierPart(c.charAt(plain.length()))));
  }

  /** The names of the tests that a class has for an execution, its own and inherited ones. */
  private Set<String> tests(String name, Execution execution) {
    ClassModel model = classes.get(name);
    Set<String> tests = new TreeSet<>();
    if (model.flags().has(AccessFlag.ABSTRACT) || model.flags().has(AccessFlag.INTERFACE)) {
      return tests;
    }
    Set<String> ofClass = classTags(name);
    for (String ancestor : ancestors(name)) {
      for (MethodModel method : classes.get(ancestor).methods()) {
        Set<String> all = new HashSet<>();
        Set<String> tags = new HashSet<>(ofClass);
        annotations(method, all, tags);
        if (all.stream().anyMatch(TESTS::contains) && execution.selects(tags)) {
          tests.add(method.methodName().stringValue());
        }
      }
    }
    return tests;
  }

  private Set<String> classTags(String name) {
    Set<String> tags = new HashSet<>();
    for (String ancestor : ancestors(name)) {
      annotations(classes.get(ancestor), new HashSet<>(), tags);
    }
    int dollar = name.lastIndexOf('$');
    if (dollar > 0 && classes.containsKey(name.substring(0, dollar))) {
      tags.addAll(classTags(name.substring(0, dollar)));
    }
    return tags;
  }

  /** The class itself, its superclasses and interfaces, as far as they are compiled here. */
  private Set<String> ancestors(String name) {
    Set<String> found = new TreeSet<>();
    if (classes.containsKey(name)) {
      ClassModel model = classes.get(name);
      found.add(name);
      model
          .superclass()
          .ifPresent(s -> found.addAll(ancestors(s.asInternalName().replace('/', '.'))));
      model
          .interfaces()
          .forEach(s -> found.addAll(ancestors(s.asInternalName().replace('/', '.'))));
    }
    return found;
  }

  /** Collects annotations and tags, those of our own composed annotations included. */
  private void annotations(AttributedElement element, Set<String> all, Set<String> tags) {
    element
        .findAttribute(Attributes.runtimeVisibleAnnotations())
        .ifPresent(attribute -> attribute.annotations().forEach(a -> annotation(a, all, tags)));
  }

  private void annotation(Annotation annotation, Set<String> all, Set<String> tags) {
    ClassDesc type = annotation.classSymbol();
    String name =
        (type.packageName().isEmpty() ? "" : type.packageName() + ".") + type.displayName();
    for (AnnotationElement element : annotation.elements()) {
      if (TAGS.contains(name) && element.value() instanceof AnnotationValue.OfString tag) {
        tags.add(tag.stringValue());
      } else if (element.value() instanceof AnnotationValue.OfArray array) {
        // Repeated annotations sit in a container: @Tags, @TagList.
        for (AnnotationValue value : array.values()) {
          if (value instanceof AnnotationValue.OfAnnotation inner) {
            annotation(inner.annotation(), all, tags);
          }
        }
      }
    }
    if (all.add(name) && classes.containsKey(name)) {
      annotations(classes.get(name), all, tags);
    }
  }

  private static Map<String, Ran> reports(Path directory, Instant since)
      throws IOException, XMLStreamException {
    Map<String, Ran> ran = new TreeMap<>();
    if (!Files.isDirectory(directory)) {
      return ran;
    }
    try (var files = Files.newDirectoryStream(directory, "TEST-*.xml")) {
      for (Path file : files) {
        if (!Files.getLastModifiedTime(file).toInstant().isBefore(since)) {
          report(file, ran);
        }
      }
    }
    return ran;
  }

  private static void report(Path file, Map<String, Ran> ran)
      throws IOException, XMLStreamException {
    try (InputStream in = Files.newInputStream(file)) {
      XMLStreamReader xml = XMLInputFactory.newFactory().createXMLStreamReader(in);
      String className = null;
      String test = null;
      boolean skipped = false;
      while (xml.hasNext()) {
        int event = xml.next();
        if (event == XMLStreamConstants.START_ELEMENT && xml.getLocalName().equals("testcase")) {
          className = xml.getAttributeValue(null, "classname");
          test = xml.getAttributeValue(null, "name");
          skipped = false;
        } else if (event == XMLStreamConstants.START_ELEMENT
            && xml.getLocalName().equals("skipped")) {
          skipped = true;
        } else if (event == XMLStreamConstants.END_ELEMENT
            && xml.getLocalName().equals("testcase")) {
          Ran of =
              ran.computeIfAbsent(className, c -> new Ran(new ArrayList<>(), new ArrayList<>()));
          (skipped ? of.skipped() : of.run()).add(test);
        }
      }
    }
  }
}
