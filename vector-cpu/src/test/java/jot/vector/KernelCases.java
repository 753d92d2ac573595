package jot.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import jot.spi.host.RowKernels;

/**
 * Every kernel that works on one index at a time, beside its formula. A kernel's result is the sum
 * of what its formula returns, 0 for those without one.
 */
final class KernelCases {
  private static final double ALPHA = 0.375;
  private static final double F = -0.8125;
  private static final double RATE = 11.3;

  /** Kernels take exponents in base 2, rounded once. */
  private static final double RATE_OF_TWO = RATE * VectorExp.LOG2_E;

  private static final RowKernels KERNELS = new VectorKernels();

  /** One index of a kernel, as the contract has it. */
  interface Formula {
    double at(Memory m, int j);
  }

  /** A formula that only writes. */
  interface Writing {
    void at(Memory m, int j);
  }

  /**
   * A kernel and its formula.
   *
   * @param kernel runs on {@link Memory.Row#segment}
   * @param formula runs on {@link Memory.Row#want}, and returns what the kernel should
   */
  record Case(
      String name,
      ToDoubleBiFunction<RowKernels, Memory> kernel,
      ToDoubleFunction<Memory> formula) {
    double run(Memory m) {
      return kernel.applyAsDouble(KERNELS, m);
    }

    /** Writes what is wanted, and returns what should be. */
    double want(Memory m) {
      return formula.applyAsDouble(m);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Case> CASES = new ArrayList<>();

  private KernelCases() {}

  /** One more than every place that {@link RowKernels#nextAtLeast} finds, summed. */
  private static double largePlaces(RowKernels k, Memory m) {
    double sum = 0;
    int at = -1;
    do {
      at = k.nextAtLeast(m.p.segment, m.p.at, 0.7, m.c.segment, m.c.at, 0.2, at + 1, m.n);
      sum += at < m.n ? at + 1 : 0;
    } while (at < m.n);
    return sum;
  }

  static List<Case> all() {
    return List.copyOf(CASES);
  }

  private static void scanning(
      String name,
      ToDoubleBiFunction<RowKernels, Memory> kernel,
      ToDoubleFunction<Memory> formula) {
    CASES.add(new Case(name, kernel, formula));
  }

  private static void summing(
      String name, ToDoubleBiFunction<RowKernels, Memory> kernel, Formula formula) {
    scanning(name, kernel, m -> IntStream.range(0, m.n).mapToDouble(j -> formula.at(m, j)).sum());
  }

  private static void writing(String name, BiConsumer<RowKernels, Memory> kernel, Writing formula) {
    summing(
        name,
        (k, m) -> {
          kernel.accept(k, m);
          return 0;
        },
        (m, j) -> {
          formula.at(m, j);
          return 0;
        });
  }

  private static double anchored(Memory m, int j) {
    return (m.c.want[j] - ALPHA) - m.beta.want[j];
  }

  private static double power(double x) {
    return Math.pow(2, x);
  }

  private static double square(double x) {
    return x * x;
  }

  static {
    summing(
        "gibbs",
        (k, m) ->
            k.gibbs(
                m.c.segment,
                m.c.at,
                ALPHA,
                m.beta.segment,
                m.beta.at,
                m.g.segment,
                m.g.at,
                F,
                RATE,
                m.out.segment,
                m.out.at,
                m.n),
        (m, j) -> {
          m.out.want[j] = power((F + m.g.want[j] - anchored(m, j)) * RATE_OF_TWO);
          return m.out.want[j];
        });
    summing(
        "gibbs_without_beta",
        (k, m) ->
            k.gibbs(
                m.c.segment, m.c.at, m.g.segment, m.g.at, F, RATE, m.out.segment, m.out.at, m.n),
        (m, j) -> {
          m.out.want[j] = power((F + m.g.want[j] - m.c.want[j]) * RATE_OF_TWO);
          return m.out.want[j];
        });
    writing(
        "exponents",
        (k, m) ->
            k.exponents(
                m.c.segment,
                m.c.at,
                ALPHA,
                m.beta.segment,
                m.beta.at,
                m.g.segment,
                m.g.at,
                F,
                RATE,
                m.out.segment,
                m.out.at,
                m.n),
        (m, j) -> m.out.want[j] = (F + m.g.want[j] - anchored(m, j)) * RATE);
    writing(
        "raiseTops",
        (k, m) ->
            k.raiseTops(
                m.c.segment,
                m.c.at,
                ALPHA,
                m.beta.segment,
                m.beta.at,
                F,
                m.out.segment,
                m.out.at,
                m.n),
        (m, j) -> m.out.want[j] = Math.max(m.out.want[j], F - anchored(m, j)));
    writing(
        "addColumnExp",
        (k, m) ->
            k.addColumnExp(
                m.c.segment,
                m.c.at,
                ALPHA,
                m.beta.segment,
                m.beta.at,
                F,
                m.x.segment,
                m.x.at,
                RATE,
                m.out.segment,
                m.out.at,
                m.n),
        (m, j) -> m.out.want[j] += power((F - anchored(m, j) - m.x.want[j]) * RATE_OF_TWO));
    writing(
        "squaredDistance",
        (k, m) ->
            k.squaredDistance(
                m.x.segment, m.x.at, 0, m.y.segment, m.y.at, 0, 3, m.out.segment, m.out.at, m.n),
        (m, j) -> m.out.want[j] = 3 * square(m.x.want[0] - m.y.want[j]));
    summing("sum", (k, m) -> k.sum(m.x.segment, m.x.at, m.n), (m, j) -> m.x.want[j]);
    summing(
        "dot",
        (k, m) -> k.dot(m.x.segment, m.x.at, m.y.segment, m.y.at, m.n),
        (m, j) -> m.x.want[j] * m.y.want[j]);
    summing(
        "dotSupport",
        (k, m) -> k.dotSupport(m.p.segment, m.p.at, m.y.segment, m.y.at, m.n),
        (m, j) -> m.p.want[j] * m.y.want[j]);
    writing(
        "fill",
        (k, m) -> k.fill(ALPHA, m.out.segment, m.out.at, m.n),
        (m, j) -> m.out.want[j] = ALPHA);
    writing(
        "axpy",
        (k, m) -> k.axpy(ALPHA, m.x.segment, m.x.at, m.y.segment, m.y.at, m.n),
        (m, j) -> m.y.want[j] += ALPHA * m.x.want[j]);
    writing(
        "xpay",
        (k, m) -> k.xpay(m.x.segment, m.x.at, ALPHA, m.y.segment, m.y.at, m.n),
        (m, j) -> m.y.want[j] = m.x.want[j] + ALPHA * m.y.want[j]);
    writing(
        "multiply",
        (k, m) ->
            k.multiply(m.x.segment, m.x.at, m.y.segment, m.y.at, m.out.segment, m.out.at, m.n),
        (m, j) -> m.out.want[j] = m.x.want[j] * m.y.want[j]);
    writing(
        "bound",
        (k, m) ->
            k.bound(
                m.c.segment,
                m.c.at,
                ALPHA,
                m.out.segment,
                m.out.at,
                m.more.segment,
                m.more.at,
                m.n),
        (m, j) -> {
          m.out.want[j] = Math.min(m.out.want[j], m.c.want[j] - ALPHA);
          m.more.want[j] = Math.max(m.more.want[j], m.c.want[j] - ALPHA);
        });
    summing(
        "weightedDeviation",
        (k, m) -> k.weightedDeviation(m.p.segment, m.p.at, m.g.segment, m.g.at, ALPHA, m.n),
        (m, j) -> m.p.want[j] * (m.g.want[j] - ALPHA));
    writing(
        "addDeviation",
        (k, m) ->
            k.addDeviation(
                m.p.segment, m.p.at, m.g.segment, m.g.at, ALPHA, F, m.out.segment, m.out.at, m.n),
        (m, j) -> m.out.want[j] += m.p.want[j] * (m.g.want[j] - ALPHA - F));
    writing(
        "addDiagonal",
        (k, m) -> k.addDiagonal(m.p.segment, m.p.at, RATE, m.out.segment, m.out.at, m.n),
        (m, j) -> m.out.want[j] += m.p.want[j] * (RATE - m.p.want[j]) / RATE);
    summing(
        "anchoredDot",
        (k, m) -> k.anchoredDot(m.p.segment, m.p.at, m.x.segment, m.x.at, ALPHA, m.n),
        (m, j) -> m.p.want[j] * (m.x.want[j] - ALPHA));
    writing(
        "addAnchored",
        (k, m) ->
            k.addAnchored(
                m.p.segment, m.p.at, m.x.segment, m.x.at, ALPHA, F, m.out.segment, m.out.at, m.n),
        (m, j) -> m.out.want[j] += m.p.want[j] * (m.x.want[j] - ALPHA - F));
    writing(
        "gradientRow",
        (k, m) ->
            k.gradientRow(
                RATE,
                m.p.segment,
                m.p.at,
                m.g.segment,
                m.g.at,
                ALPHA,
                F,
                m.y.segment,
                m.y.at,
                m.out.segment,
                m.out.at,
                m.n),
        (m, j) -> m.out.want[j] = RATE * m.p.want[j] * (m.g.want[j] - ALPHA - F - m.y.want[j]));
    summing(
        "dotExponents",
        (k, m) ->
            k.dotExponents(
                m.p.segment,
                m.p.at,
                m.c.segment,
                m.c.at,
                ALPHA,
                m.beta.segment,
                m.beta.at,
                m.x.segment,
                m.x.at,
                F,
                m.n),
        (m, j) -> m.p.want[j] * (m.x.want[j] - (m.c.want[j] - ALPHA - m.beta.want[j]) + F));
    writing(
        "addPlanTimes",
        (k, m) ->
            k.addPlanTimes(
                m.p.segment, m.p.at, F, m.x.segment, m.x.at, m.out.segment, m.out.at, m.n),
        (m, j) -> m.out.want[j] += m.p.want[j] * (F + m.x.want[j]));
    summing(
        "gibbsInRange",
        (k, m) ->
            k.gibbsInRange(
                m.c.segment, m.c.at, m.g.segment, m.g.at, F, RATE, m.out.segment, m.out.at, m.n),
        (m, j) -> {
          m.out.want[j] = power((F + m.g.want[j] - m.c.want[j]) * RATE_OF_TWO);
          return m.out.want[j];
        });
    writing(
        "gibbsInRange_of_rows",
        (k, m) ->
            k.gibbsInRange(
                2,
                m.c.segment,
                m.c.at,
                0,
                m.g.segment,
                m.g.at,
                m.x.segment,
                m.x.at,
                0,
                m.out.segment,
                m.out.at,
                0,
                m.weights.segment,
                m.weights.at,
                m.n),
        (m, j) -> m.out.want[j] = 1);
    summing(
        "gibbsF32",
        (k, m) ->
            k.gibbsF32(
                m.floats.segment,
                m.floats.at,
                m.g.segment,
                m.g.at,
                F,
                RATE,
                m.out.segment,
                m.out.at,
                m.n),
        (m, j) -> {
          m.out.want[j] = power((F + m.g.want[j] - m.floats.got(j)) * RATE_OF_TWO);
          return m.out.want[j];
        });
    scanning(
        "gibbsToF32",
        (k, m) ->
            Math.rint(
                k.gibbsToF32(
                    m.x.segment,
                    m.x.at,
                    m.x.segment,
                    m.x.at,
                    0,
                    RATE,
                    m.floatsOut.segment,
                    m.floatsOut.at,
                    m.n)),
        m -> m.n);
    scanning(
        "gibbsInF32",
        (k, m) ->
            Math.rint(
                k.gibbsInF32(
                    m.floats.segment,
                    m.floats.at,
                    m.floats.segment,
                    m.floats.at,
                    0,
                    RATE,
                    m.floatsOut.segment,
                    m.floatsOut.at,
                    m.n)),
        m -> m.n);
    writing(
        "axpys",
        (k, m) ->
            k.axpys(
                5,
                m.weights.segment,
                m.weights.at,
                m.x.segment,
                m.x.at,
                0,
                m.y.segment,
                m.y.at,
                m.n),
        (m, j) -> {
          for (int r = 0; r < 5; r++) {
            m.y.want[j] += m.weights.want[r] * m.x.want[j];
          }
        });
    scanning(
        "axpysInF32",
        (k, m) -> {
          k.axpysInF32(5, m.tile, 0, m.floats.segment, m.floats.at, 0, m.y.segment, m.y.at, m.n);
          return 0;
        },
        m -> 0); // factors of 0: RowsTest has others
    summing(
        "dots",
        (k, m) -> {
          k.dots(5, m.x.segment, m.x.at, 0, m.y.segment, m.y.at, m.five.segment, m.five.at, m.n);
          return m.five.got(0) + m.five.got(4);
        },
        (m, j) -> 2 * m.x.want[j] * m.y.want[j]);
    scanning(
        "dotsInF32",
        (k, m) -> {
          k.dotsInF32(
              5,
              m.floats.segment,
              m.floats.at,
              0,
              m.floats.segment,
              m.floats.at,
              m.five.segment,
              m.five.at,
              m.n);
          double squares = 0;
          for (int q = 0; q < m.n; q++) {
            squares += square(m.floats.got(q));
          }
          return Math.rint(1e6 * (m.five.got(0) + m.five.got(4)) / squares);
        },
        m -> 2e6);
    scanning(
        "addTile",
        (k, m) -> {
          k.addTile(1, m.weights.segment, m.weights.at, m.tile, 0, m.tile, 8192, 512);
          return 0;
        },
        m -> 0);
    scanning(
        "pack",
        (k, m) -> {
          k.pack(1, m.weights.segment, m.weights.at, 2, m.tile, 0, 64, 5);
          return 0;
        },
        m -> 0);
    summing(
        "anchoredDots",
        (k, m) -> {
          k.anchoredDots(
              5,
              m.p.segment,
              m.p.at,
              0,
              m.x.segment,
              m.x.at,
              m.weights.segment,
              m.weights.at,
              m.five.segment,
              m.five.at,
              m.n);
          return m.five.got(0) + m.five.got(4);
        },
        (m, j) -> m.p.want[j] * (2 * m.x.want[j] - m.weights.want[0] - m.weights.want[4]));
    writing(
        "addAnchoreds",
        (k, m) ->
            k.addAnchoreds(
                5,
                m.p.segment,
                m.p.at,
                0,
                m.x.segment,
                m.x.at,
                m.weights.segment,
                m.weights.at,
                m.weights.segment,
                m.weights.at,
                m.out.segment,
                m.out.at,
                m.n),
        (m, j) -> {
          for (int r = 0; r < 5; r++) {
            double w = m.weights.want[r];
            m.out.want[j] += m.p.want[j] * (m.x.want[j] - w - w);
          }
        });
    writing(
        "addScaled",
        (k, m) ->
            k.addScaled(
                ALPHA, m.x.segment, m.x.at, m.y.segment, m.y.at, m.out.segment, m.out.at, m.n),
        (m, j) -> {
          m.out.want[j] = ALPHA * m.x.want[j];
          m.y.want[j] += ALPHA * m.x.want[j];
        });
    scanning(
        "addLog",
        (k, m) ->
            k.addLog(ALPHA, m.c.segment, m.c.at, m.p.segment, m.p.at, m.y.segment, m.y.at, m.n)
                ? 1
                : 0,
        m -> {
          boolean all = true;
          for (int j = 0; j < m.n; j++) {
            double quotient = m.c.want[j] / m.p.want[j];
            if (quotient <= Double.MAX_VALUE) {
              m.y.want[j] += ALPHA * Math.log(quotient);
            } else {
              all = false;
            }
          }
          return all ? 1 : 0;
        });
    writing(
        "widen",
        (k, m) -> k.widen(m.floats.segment, m.floats.at, m.out.segment, m.out.at, m.n),
        (m, j) -> m.out.want[j] = m.floats.got(j));
    scanning(
        "maxSlack",
        (k, m) ->
            k.maxSlack(
                m.c.segment, m.c.at, ALPHA, m.beta.segment, m.beta.at, m.g.segment, m.g.at, m.n),
        m ->
            IntStream.range(0, m.n)
                .mapToDouble(j -> m.g.want[j] - anchored(m, j))
                .max()
                .orElseThrow());
    scanning(
        "argMax",
        (k, m) -> k.argMax(m.x.segment, m.x.at, m.n),
        m ->
            IntStream.range(0, m.n)
                .reduce((i, j) -> m.x.want[j] > m.x.want[i] ? j : i)
                .orElseThrow());
    scanning(
        "maxAbsFinite",
        (k, m) -> k.maxAbsFinite(m.x.segment, m.x.at, ALPHA, m.n),
        m -> DoubleStream.of(m.x.want).map(x -> Math.abs(x - ALPHA)).max().orElseThrow());
    scanning(
        "nextAtLeast",
        KernelCases::largePlaces,
        m ->
            IntStream.range(0, m.n)
                .filter(j -> m.p.want[j] > 0)
                .filter(j -> m.p.want[j] >= Math.min(0.7, 0.2 * m.c.want[j]))
                .mapToDouble(j -> j + 1)
                .sum());
    scanning(
        "extremes",
        (k, m) ->
            k.extremes(m.c.segment, m.c.at, m.g.segment, m.g.at, m.five.segment, m.five.at, m.n)
                ? m.five.got(0) + 8 * m.five.got(1)
                : Double.NaN,
        m ->
            DoubleStream.of(m.c.want).map(Math::abs).max().orElseThrow()
                + 8
                    * IntStream.range(0, m.n)
                        .mapToDouble(j -> m.g.want[j] - m.c.want[j])
                        .max()
                        .orElseThrow());
    writing(
        "bounds",
        (k, m) ->
            k.bounds(
                5,
                m.c.segment,
                m.c.at,
                0,
                m.weights.segment,
                m.weights.at,
                m.out.segment,
                m.out.at,
                m.more.segment,
                m.more.at,
                m.n),
        (m, j) -> {
          for (int r = 0; r < 5; r++) {
            double value = m.c.want[j] - m.weights.want[r];
            m.out.want[j] = Math.min(m.out.want[j], value);
            m.more.want[j] = Math.max(m.more.want[j], value);
          }
        });
    scanning(
        "gibbsAsF32",
        (k, m) -> {
          k.gibbsAsF32(
              m.x.segment,
              m.x.at,
              m.x.segment,
              m.x.at,
              0,
              RATE,
              m.floatsOut.segment,
              m.floatsOut.at,
              m.n);
          return m.floatsOut.got(0) + m.floatsOut.got(m.n - 1);
        },
        m -> 2); // exponents of 0: RoundedKernelsTest has others
    scanning("findBad", (k, m) -> k.findBad(m.x.segment, m.x.at, true, m.n), m -> -1);
    writing(
        "narrow",
        (k, m) -> k.narrow(m.x.segment, m.x.at, m.floats.segment, m.floats.at, m.n),
        (m, j) -> {});
  }
}
