package jot.bench.demo;

import java.util.Arrays;
import java.util.stream.IntStream;

/** A falling loss as a drawing in the page itself (SVG). */
final class LossCurve {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 240;
  private static final int LEFT = 64;
  private static final int BOTTOM = 36;
  private static final int TOP = 12;
  private static final int RIGHT = 12;

  private final double[] losses;
  private final double high;

  private LossCurve(double[] losses) {
    this.losses = losses;
    this.high = 1.08 * Arrays.stream(losses).max().orElse(1);
  }

  static String svg(double[] losses) {
    return new LossCurve(losses).draw();
  }

  private String draw() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        Texts.format(
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"loss by step\">%n",
            WIDTH, HEIGHT));
    for (double tick : ticks()) {
      svg.append(
          Texts.format(
              "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
              LEFT, WIDTH - RIGHT, y(tick), y(tick), LEFT - 8, y(tick) + 4, Texts.plain(tick)));
    }
    int last = losses.length - 1;
    for (int quarter = 0; quarter <= 4; quarter++) {
      int step = last * quarter / 4;
      svg.append(
          Texts.format(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>%n",
              x(step), HEIGHT - BOTTOM + 18, step));
    }
    svg.append(
        Texts.format(
            "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">step</text>%n",
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 2));
    svg.append("<polyline points=\"");
    for (int k = 0; k <= last; k++) {
      svg.append(Texts.format("%.1f,%.1f ", x(k), y(losses[k])));
    }
    svg.append(
        Texts.format(
            "\"/>%n<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>%n</svg>%n",
            x(last), y(losses[last])));
    return svg.toString();
  }

  /** 0 and up to six multiples of 1, 2 or 5 times a power of ten. */
  private double[] ticks() {
    double power = Math.pow(10, Math.floor(Math.log10(high)) - 1);
    double step = power;
    for (int factor : new int[] {2, 5, 10, 20, 50}) {
      if (high / step > 6) {
        step = factor * power;
      }
    }
    double distance = step;
    return IntStream.rangeClosed(0, (int) (high / step)).mapToDouble(k -> k * distance).toArray();
  }

  private double x(int step) {
    return LEFT + (WIDTH - RIGHT - LEFT) * (double) step / Math.max(1, losses.length - 1);
  }

  private double y(double loss) {
    double up = loss / high;
    return HEIGHT - BOTTOM - up * (HEIGHT - BOTTOM - TOP);
  }
}
