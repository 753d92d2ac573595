package jot.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import jot.spi.Backends;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.spi.Session.Facts;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an inspection finds, beside what facts and anchors are defined to be, to the bit. */
class InspectionTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final int[][] SHAPES = {
    {1, 1}, {1, 9}, {7, 1}, {3, 5}, {9, 37}, {6, 4}, {200, 260}
  };

  private final Random random = new Random(3);

  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void finite_costs(String backend) {
    for (int[] shape : SHAPES) {
      Case at = new Case(shape);
      at.agrees(backend);
      at.add(1000); // anchors pay
      at.agrees(backend);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void zero_weights(String backend) {
    for (int[] shape : SHAPES) {
      Case at = new Case(shape);
      for (int i = 1; i < at.a.length; i += 3) {
        at.a[i] = 0;
      }
      for (int j = 1; j < at.b.length; j += 3) {
        at.b[j] = 0;
        at.cost[0][j] = -100; // counts for the largest cost alone
      }
      at.agrees(backend);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void forbidden_pairs_rows_and_columns(String backend) {
    for (int[] shape : SHAPES) {
      Case at = new Case(shape);
      for (int k = 0; k < 5; k++) {
        at.cost[random.nextInt(at.a.length)][random.nextInt(at.b.length)] = INFINITY;
        at.agrees(backend);
      }
      int column = at.b.length / 2;
      for (double[] row : at.cost) {
        row[column] = INFINITY;
      }
      at.agrees(backend);
      Arrays.fill(at.cost[at.a.length / 2], INFINITY);
      at.agrees(backend);
      at.a[at.a.length / 2] = 0;
      at.b[column] = 0;
      at.agrees(backend);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void the_first_bad_entry(String backend) {
    for (int[] shape : SHAPES) {
      Case at = new Case(shape);
      for (int k = 0; k < 6; k++) {
        int i = random.nextInt(at.a.length);
        int j = random.nextInt(at.b.length);
        at.cost[i][j] = k % 2 == 0 ? Double.NaN : -INFINITY;
        at.cost[i][0] = k % 3 == 0 ? INFINITY : at.cost[i][0];
        at.agrees(backend);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "vector"})
  void costs_near_the_largest_number(String backend) {
    for (int[] shape : SHAPES) {
      Case at = new Case(shape);
      at.cost[0][0] = 1.5e308;
      at.agrees(backend);
    }
  }

  /** A cost with weights, its numbers of F32. */
  private final class Case {
    private final double[][] cost;
    private final double[] a;
    private final double[] b;

    Case(int[] shape) {
      cost = new double[shape[0]][shape[1]];
      a = random.doubles(shape[0], 0.5, 1).toArray();
      b = random.doubles(shape[1], 0.5, 1).toArray();
      for (double[] row : cost) {
        for (int j = 0; j < row.length; j++) {
          row[j] = (float) (random.nextDouble() - 0.3);
        }
      }
    }

    void add(double shift) {
      for (double[] row : cost) {
        for (int j = 0; j < row.length; j++) {
          row[j] = (float) (row[j] + shift);
        }
      }
    }

    void agrees(String backend) {
      double[] want = want();
      for (DType dtype : DType.values()) {
        boolean fits = dtype == DType.F64 || want[Facts.MAX_COST] < Float.MAX_VALUE;
        if (fits) {
          double[] got = got(backend, dtype);
          if (want[Facts.BAD_ENTRY] >= 0) { // then nothing else is looked at
            assertThat(got[Facts.BAD_ENTRY]).isEqualTo(want[Facts.BAD_ENTRY]);
          } else {
            assertThat(got).isEqualTo(want);
          }
        }
      }
    }

    private double[] got(String backend, DType dtype) {
      try (Arena arena = Arena.ofShared();
          Session session = Backends.choose(backend, 1).open(1, a.length, b.length)) {
        Buffer c = session.matrix(dtype, a.length, b.length);
        session.write(Tensor.of(arena, cost), c);
        Buffer rowMass = session.vector(a.length);
        session.write(Tensor.of(arena, new double[][] {a}), rowMass);
        Buffer columnMass = session.vector(b.length);
        session.write(Tensor.of(arena, new double[][] {b}), columnMass);
        Buffer[] found = {
          session.vector(Facts.COUNT), session.vector(a.length), session.vector(b.length)
        };
        session.inspect(
            new MatrixSource.Stored(c), rowMass, columnMass, found[1], found[2], found[0]);
        return Arrays.stream(found).flatMapToDouble(x -> read(session, arena, x)).toArray();
      }
    }

    private static DoubleStream read(Session session, Arena arena, Buffer vector) {
      Tensor host = Tensor.allocate(arena, DType.F64, Shape.matrix(1, vector.columns()));
      session.read(vector, host);
      session.poll();
      return Arrays.stream(host.toArray());
    }

    /** The facts, then the anchors of rows and columns. */
    private double[] want() {
      double[] facts = new double[Facts.COUNT];
      facts[Facts.BAD_ENTRY] = -1;
      facts[Facts.BLOCKED_ROW] = -1;
      facts[Facts.BLOCKED_COLUMN] = -1;
      double[] least = new double[a.length];
      double shift = 0;
      for (int i = a.length - 1; i >= 0; i--) {
        least[i] = INFINITY;
        for (int j = b.length - 1; j >= 0; j--) {
          double c = cost[i][j];
          if (Double.isNaN(c) || c == -INFINITY) {
            facts[Facts.BAD_ENTRY] = (double) i * b.length + j;
          } else if (c < INFINITY) {
            facts[Facts.MAX_COST] = Math.max(facts[Facts.MAX_COST], Math.abs(c));
            least[i] = b[j] > 0 ? Math.min(least[i], c) : least[i];
          }
        }
        if (least[i] < INFINITY) {
          shift = Math.max(shift, Math.abs(least[i]));
        } else if (a[i] > 0) {
          facts[Facts.BLOCKED_ROW] = i;
        }
      }
      double[] lows = new double[b.length];
      for (int j = b.length - 1; j >= 0; j--) {
        double low = INFINITY;
        double high = -INFINITY;
        for (int i = 0; i < a.length; i++) {
          if (a[i] > 0 && least[i] < INFINITY && cost[i][j] < INFINITY) {
            low = Math.min(low, cost[i][j] - least[i]);
            high = Math.max(high, cost[i][j] - least[i]);
          }
        }
        lows[j] = low;
        if (b[j] > 0 && low < INFINITY) {
          facts[Facts.RANGE] = Math.max(facts[Facts.RANGE], high - low);
          shift = Math.max(shift, Math.abs(low));
        } else if (b[j] > 0) {
          facts[Facts.BLOCKED_COLUMN] = j;
        }
      }
      boolean anchored = shift > 8 * facts[Facts.RANGE];
      facts[Facts.MAX_ANCHORED_COST] = anchored ? facts[Facts.RANGE] : facts[Facts.MAX_COST];
      return Stream.of(facts, anchors(anchored, least), anchors(anchored, lows))
          .flatMapToDouble(Arrays::stream)
          .toArray();
    }

    private static double[] anchors(boolean anchored, double[] minima) {
      return Arrays.stream(minima).map(x -> anchored && x < INFINITY ? x : 0).toArray();
    }
  }
}
