package jot.bench.solvers;

import java.util.Locale;

/** Numbers as tables and charts show them. */
public final class Numbers {

  private Numbers() {}

  /** 0.001 as 1e-3. */
  public static String power(double value) {
    return String.format(Locale.ROOT, "%.0e", value).replaceAll("e([+-])0*(\\d)", "e$1$2");
  }

  /** A time in the unit that suits it, two digits or more. */
  public static String time(double seconds) {
    if (seconds >= 1) {
      return digits(seconds) + " s";
    }
    return seconds >= 1e-3 ? digits(1e3 * seconds) + " ms" : digits(1e6 * seconds) + " µs";
  }

  /** Two significant digits, or all before the point. */
  public static String digits(double value) {
    int decimals = value >= 10 ? 0 : value >= 1 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
