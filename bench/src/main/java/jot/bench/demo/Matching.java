package jot.bench.demo;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jot.Sinkhorn;
import jot.Solution;
import jot.tensor.Tensor;

/** Two images matched: the plan says how much of each pixel of one goes to each of the other. */
final class Matching {

  /** Below 1, so that pale fabric still shows. */
  private static final double CONTRAST = 0.7;

  private final PixelGrid grid;
  private final double[] from;
  private final double[] to;
  private final double[][] plan;
  private final String summary;
  private final String backend;
  private final double sharpCost;

  private Matching(PixelGrid grid, double[] from, double[] to, Solution solution, double seconds) {
    this.grid = grid;
    this.from = from;
    this.to = to;
    this.plan = solution.plan().toMatrix();
    this.sharpCost = solution.sharpCost();
    this.backend = solution.backend();
    this.summary =
        Texts.format(
            "a plan of %d × %d, %s after %d iterations, %.2g s, %s backend",
            grid.size(), grid.size(), solution.status(), solution.iterations(), seconds, backend);
  }

  static Matching solve(Sinkhorn sinkhorn, PixelGrid grid, double[] from, double[] to) {
    try (Arena arena = Arena.ofShared()) {
      Tensor cost = grid.costs(arena, 1);
      long start = System.nanoTime();
      try (Solution solution =
          sinkhorn.solve(cost, Tensor.vector(arena, from), Tensor.vector(arena, to))) {
        return new Matching(grid, from, to, solution, (System.nanoTime() - start) * 1e-9);
      }
    }
  }

  String summary() {
    return summary;
  }

  String backend() {
    return backend;
  }

  /** Square root of the transported squared distance, in pixels: how far mass moves. */
  double meanShift() {
    return Math.sqrt(2 * sharpCost) * (grid.side() - 1);
  }

  /**
   * The image on its way: every P_ij sits at (1 − t) x_i + t y_j (McCann's interpolation), its
   * colour is that of the pixel it came from.
   */
  Picture frame(double t) {
    int side = grid.side();
    double[][] mass = new double[grid.size()][4];
    for (int i = 0; i < grid.size(); i++) {
      double[] colour = Palette.ofPosition(grid.x(i), grid.y(i), side);
      for (int j = 0; j < grid.size(); j++) {
        if (plan[i][j] > 1e-12) {
          double x = (1 - t) * grid.x(i) + t * grid.x(j);
          double y = (1 - t) * grid.y(i) + t * grid.y(j);
          splat(mass, x, y, plan[i][j], colour);
        }
      }
    }
    double peak = (1 - t) * peak(from) + t * peak(to);
    Picture picture = new Picture(side, side);
    for (int p = 0; p < grid.size(); p++) {
      double[] m = mass[p];
      double ink = Math.pow(Math.min(1, m[3] / peak), CONTRAST);
      if (ink > 0) {
        picture.set(
            grid.x(p),
            grid.y(p),
            1 - ink * (1 - m[0] / m[3]),
            1 - ink * (1 - m[1] / m[3]),
            1 - ink * (1 - m[2] / m[3]));
      }
    }
    return picture;
  }

  /** Spreads mass at a point over the four pixels around it. */
  private void splat(double[][] mass, double x, double y, double weight, double[] colour) {
    int left = (int) x;
    int top = (int) y;
    for (int dy = 0; dy <= 1; dy++) {
      for (int dx = 0; dx <= 1; dx++) {
        double share = weight * (1 - Math.abs(x - left - dx)) * (1 - Math.abs(y - top - dy));
        if (share > 1e-15) { // not by rounding beyond the edge
          double[] m = mass[(top + dy) * grid.side() + left + dx];
          m[0] += share * colour[0];
          m[1] += share * colour[1];
          m[2] += share * colour[2];
          m[3] += share;
        }
      }
    }
  }

  private static double peak(double[] weights) {
    return Arrays.stream(weights).max().orElse(1);
  }

  List<Picture> frames(int count) {
    List<Picture> frames = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      frames.add(frame(k / (count - 1.0)));
    }
    return frames;
  }

  /** The plan between the pixels that have mass, darker where more flows, over six decades. */
  Picture planPicture() {
    int[] rows = withMass(from);
    int[] columns = withMass(to);
    double largest = 0;
    for (double[] row : plan) {
      largest = Math.max(largest, peak(row));
    }
    Picture picture = new Picture(columns.length, rows.length);
    for (int r = 0; r < rows.length; r++) {
      for (int c = 0; c < columns.length; c++) {
        double decades = Math.log10(plan[rows[r]][columns[c]] / largest);
        double[] colour = Palette.ofAmount(1 + decades / 6);
        picture.set(c, r, colour[0], colour[1], colour[2]);
      }
    }
    return picture;
  }

  static int[] withMass(double[] weights) {
    return java.util.stream.IntStream.range(0, weights.length)
        .filter(p -> weights[p] > 0)
        .toArray();
  }
}
