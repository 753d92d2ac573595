package jot.spi.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jot.spi.Buffer;
import jot.spi.CoarseSpace;
import jot.spi.MatrixSource;
import org.jspecify.annotations.Nullable;

/**
 * {@link CoarseSpace} on the CPU. Groups grow around rows that lie far apart: each column goes to
 * the row that sends it most, and the next row is one whose favourite column had least. The work is
 * on the caller's thread and in memory that is kept; problems of a batch share nothing.
 */
final class HostCoarseSpace implements CoarseSpace {
  /** Columns for each group, and groups at most: their Laplacian costs what some products do. */
  private static final int COLUMNS_PER_GROUP = 4;

  private static final int MOST_GROUPS = 96;

  /** A group whose exchange with others is below this share of its mass is held. */
  private static final double NOTHING = 1e-17;

  /** Rows whose shares of the groups are multiplied together. */
  private static final int ROWS = Worker.GROUP;

  private final HostSession session;
  private final RowKernels kernels;
  private final int m;
  private final int n;
  private final int groups;
  private final RowReader reader;
  private final int[] @Nullable [] groupOf;
  private final @Nullable SmallLaplacian[] laplacians;
  private final boolean[] taken;
  private final double[] row;
  private final double[] cover;
  private final double[] perMass;
  private final double[] sums;
  private final MemorySegment shares;
  private final MemorySegment scaled;
  private final MemorySegment products;

  HostCoarseSpace(HostSession session) {
    this.session = session;
    kernels = session.kernels();
    m = session.rows();
    n = session.columns();
    groups = Math.clamp(n / COLUMNS_PER_GROUP, 1, MOST_GROUPS);
    reader = session.callersReader();
    groupOf = new int[session.batch()][];
    laplacians = new SmallLaplacian[session.batch()];
    taken = new boolean[m];
    row = new double[n];
    cover = new double[n];
    perMass = new double[n];
    sums = new double[groups + 1];
    shares = session.allocate(8L * ROWS * groups);
    scaled = session.allocate(8L * ROWS);
    products = session.allocate(8L * groups * groups);
  }

  @Override
  public void build(
      MatrixSource plan, Buffer rowSums, Buffer columnSums, Buffer anchor, Buffer active) {
    HostBuffer mask = HostBuffer.of(active);
    for (int problem = 0; problem < session.batch(); problem++) {
      if (mask.get(problem, 0) != 0) {
        int[] group = groupOf[problem];
        SmallLaplacian laplacian = laplacians[problem];
        if (group == null || laplacian == null) {
          group = new int[n];
          laplacian = new SmallLaplacian(groups);
          groupOf[problem] = group;
          laplacians[problem] = laplacian;
        }
        HostBuffer ofRows = HostBuffer.of(rowSums);
        HostBuffer ofColumns = HostBuffer.of(columnSums);
        gather(plan, ofRows, ofColumns, HostBuffer.of(anchor), problem, group);
        exchange(plan, ofRows, problem, group, laplacian);
        Arrays.fill(sums, 0);
        for (int j = 0; j < n; j++) {
          sums[group[j]] += NOTHING * ofColumns.get(problem, j);
        }
        laplacian.factorise(sums);
      }
    }
  }

  /** The group of every column with mass; of the others one that is none. */
  private void gather(
      MatrixSource plan,
      HostBuffer rowSums,
      HostBuffer columnSums,
      HostBuffer anchor,
      int problem,
      int[] group) {
    for (int j = 0; j < n; j++) {
      double mass = columnSums.get(problem, j);
      perMass[j] = mass > 0 ? 1 / mass : 0;
      cover[j] = mass > 0 ? -1 : Double.POSITIVE_INFINITY; // what has no mass joins no group
      group[j] = groups;
    }
    for (int i = 0; i < m; i++) {
      taken[i] = !(rowSums.get(problem, i) > 0);
    }
    for (int k = 0; k < groups; k++) {
      int centre = -1;
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < m; i++) {
        if (!taken[i]) {
          double covered = cover[(int) anchor.get(problem, i)];
          if (covered < least) {
            least = covered;
            centre = i;
          }
        }
      }
      if (centre < 0) {
        return;
      }
      taken[centre] = true;
      read(plan, problem, centre);
      for (int j = 0; j < n; j++) {
        double share = row[j] * perMass[j];
        if (share > cover[j]) {
          cover[j] = share;
          group[j] = k;
        }
      }
    }
  }

  private void read(MatrixSource plan, int problem, int i) {
    reader.read(plan, problem, i);
    MemorySegment.copy(reader.segment, ValueLayout.JAVA_DOUBLE, reader.at, row, 0, n);
  }

  /** What any two groups exchange by way of all rows: Σ_i W_ia W_ib / r_i, W_ia = Σ_{j∈a} P_ij. */
  private void exchange(
      MatrixSource plan, HostBuffer rowSums, int problem, int[] group, SmallLaplacian laplacian) {
    kernels.fill(0, products, 0, groups * groups);
    long stride = 8L * groups;
    for (int first = 0; first < m; first += ROWS) {
      int rows = Math.min(ROWS, m - first);
      for (int r = 0; r < rows; r++) {
        Arrays.fill(sums, 0);
        if (rowSums.get(problem, first + r) > 0) {
          read(plan, problem, first + r);
          for (int j = 0; j < n; j++) {
            sums[group[j]] += row[j];
          }
        }
        MemorySegment.copy(sums, 0, shares, ValueLayout.JAVA_DOUBLE, r * stride, groups);
      }
      for (int a = 0; a + 1 < groups; a++) {
        for (int r = 0; r < rows; r++) {
          double mass = rowSums.get(problem, first + r);
          double share = shares.get(Layouts.F64, r * stride + 8L * a);
          scaled.set(Layouts.F64, 8L * r, mass > 0 ? share / mass : 0);
        }
        long from = 8L * (a + 1);
        long to = a * stride + from;
        kernels.axpys(rows, scaled, 0, shares, from, stride, products, to, groups - a - 1);
      }
    }
    MemorySegment.copy(
        products, ValueLayout.JAVA_DOUBLE, 0, laplacian.weights(), 0, groups * groups);
  }

  @Override
  public void add(Buffer r, Buffer z, Buffer active) {
    HostBuffer mask = HostBuffer.of(active);
    HostBuffer from = HostBuffer.of(r);
    HostBuffer to = HostBuffer.of(z);
    for (int problem = 0; problem < session.batch(); problem++) {
      int[] group = groupOf[problem];
      SmallLaplacian laplacian = laplacians[problem];
      if (group != null && laplacian != null && mask.get(problem, 0) != 0) {
        Arrays.fill(sums, 0);
        for (int j = 0; j < n; j++) {
          sums[group[j]] += from.get(problem, j);
        }
        laplacian.solve(sums);
        sums[groups] = 0;
        for (int j = 0; j < n; j++) {
          to.set(problem, j, to.get(problem, j) + sums[group[j]]);
        }
      }
    }
  }
}
