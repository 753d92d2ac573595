package jot.bench;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import jot.Solver;

/** The forward solvers as they are typed: a solver that the library gains is here by itself. */
public final class SolverNames implements Iterable<String> {

  /** Made by picocli. */
  public SolverNames() {}

  @Override
  public Iterator<String> iterator() {
    return Arrays.stream(Solver.values()).map(SolverNames::of).iterator();
  }

  /** What to type for a solver. */
  public static String of(Solver solver) {
    return solver.name().toLowerCase(Locale.ROOT);
  }
}
