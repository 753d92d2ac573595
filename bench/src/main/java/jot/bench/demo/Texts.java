package jot.bench.demo;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Formats numbers the same way on every machine. */
final class Texts {

  private Texts() {}

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  /** A number with two digits that count, without an exponent. */
  static String plain(double value) {
    return new BigDecimal(value).round(new MathContext(2)).stripTrailingZeros().toPlainString();
  }
}
