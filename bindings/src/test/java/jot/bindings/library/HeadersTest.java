package jot.bindings.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import jot.bindings.cublas.Cublas;
import jot.bindings.cudart.Cudart;
import jot.bindings.cudart.cudaPointerAttributes;
import jot.bindings.cusolver.Cusolver;
import jot.bindings.driver.Driver;
import jot.bindings.nvrtc.Nvrtc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was generated from one version of the headers holds for the others: a C++ program that is
 * compiled against them prints every constant and the sizes of every function's arguments.
 */
class HeadersTest {

  /** A library, its header, and the class that was generated from it. */
  private record Header(Library library, String file, Class<?> generated) {
    /** The wrappers of functions: the static methods that the library has a function for. */
    List<Method> functions() {
      List<String> names = library.functions();
      return methods(m -> names.contains(m.getName()));
    }

    List<Method> constants() {
      List<String> names = library.functions();
      return methods(
          m ->
              m.getParameterCount() == 0
                  && m.getReturnType() == int.class
                  && !names.contains(m.getName()));
    }

    private List<Method> methods(java.util.function.Predicate<Method> which) {
      List<Method> found = new ArrayList<>();
      for (Method method : generated.getDeclaredMethods()) {
        if (Modifier.isPublic(method.getModifiers()) && which.test(method)) {
          found.add(method);
        }
      }
      found.sort(Comparator.comparing(Method::getName));
      return found;
    }
  }

  private static final List<Header> HEADERS =
      List.of(
          new Header(Library.DRIVER, "cuda.h", Driver.class),
          new Header(Library.CUDART, "cuda_runtime_api.h", Cudart.class),
          new Header(Library.CUBLAS, "cublas_v2.h", Cublas.class),
          new Header(Library.CUSOLVER, "cusolverDn.h", Cusolver.class),
          new Header(Library.NVRTC, "nvrtc.h", Nvrtc.class));

  @TempDir Path folder;

  @Test
  void constants_and_signatures_are_those_of_the_headers() throws Exception {
    List<String> expected = expected();
    assertThat(expected).hasSizeGreaterThan(100);
    for (Path home : RealLibraries.homes()) {
      assertThat(printed(home)).as(home.toString()).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void a_wrapper_stands_for_every_function() {
    for (Header header : HEADERS) {
      assertThat(header.functions().stream().map(Method::getName))
          .containsExactlyElementsOf(header.library().functions());
    }
  }

  private static List<String> expected() throws ReflectiveOperationException {
    List<String> lines = new ArrayList<>();
    for (Header header : HEADERS) {
      for (Method constant : header.constants()) {
        lines.add(constant.getName() + " = " + constant.invoke(null));
      }
      for (Method function : header.functions()) {
        StringBuilder line = new StringBuilder(function.getName());
        line.append(size(function.getReturnType())).append(" :");
        for (Class<?> parameter : function.getParameterTypes()) {
          line.append(size(parameter));
        }
        lines.add(line.toString());
      }
    }
    lines.add(
        "cudaPointerAttributes %d %d %d %d fits"
            .formatted(
                cudaPointerAttributes.type$offset(),
                cudaPointerAttributes.device$offset(),
                cudaPointerAttributes.devicePointer$offset(),
                cudaPointerAttributes.hostPointer$offset()));
    return lines;
  }

  /** Bytes, with an f behind what travels in a vector register. */
  private static String size(Class<?> type) {
    if (type == double.class) {
      return " 8f";
    }
    if (type == float.class) {
      return " 4f";
    }
    return type == int.class ? " 4" : " 8";
  }

  private List<String> printed(Path home) throws IOException {
    StringBuilder text = new StringBuilder("#include <cstdio>\n#include <cstddef>\n");
    HEADERS.forEach(header -> text.append("#include <").append(header.file()).append(">\n"));
    text.append(
        """
        #include <type_traits>
        template <class T> void size() {
          std::printf(" %zu%s", sizeof(T), std::is_floating_point<T>::value ? "f" : "");
        }
        template <class R, class... A> void signature(const char* name, R (*)(A...)) {
          std::printf("%s", name);
          size<R>();
          std::printf(" :");
          (size<A>(), ...);
          std::puts("");
        }
        #define CONSTANT(name) std::printf("%s = %d\\n", #name, static_cast<int>(name))
        int main() {
        """);
    for (Header header : HEADERS) {
      for (Method constant : header.constants()) {
        text.append("CONSTANT(%s);%n".formatted(constant.getName()));
      }
      for (Method function : header.functions()) {
        String name = function.getName();
        text.append("signature(\"%s\", (decltype(&%s))nullptr);%n".formatted(name, name));
      }
    }
    text.append(
        """
        using P = cudaPointerAttributes;
        std::printf("cudaPointerAttributes %%zu %%zu %%zu %%zu %%s\\n", offsetof(P, type),
            offsetof(P, device), offsetof(P, devicePointer), offsetof(P, hostPointer),
            sizeof(P) <= %d ? "fits" : "too large");
        }
        """
            .formatted(cudaPointerAttributes.sizeof()));
    Path source = Files.writeString(folder.resolve("headers.cpp"), text);
    Path program = folder.resolve("headers");
    List<String> command = new ArrayList<>(List.of("g++", "-std=c++17", "-w"));
    for (Path include : RealLibraries.includes(home)) {
      command.add("-I" + include);
    }
    command.addAll(List.of("-o", program.toString(), source.toString()));
    RealLibraries.run(command);
    return RealLibraries.run(List.of(program.toString()));
  }
}
