package jot.marginal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.reflect.Proxy;
import java.util.Random;
import jot.spi.Backends;
import jot.spi.Buffer;
import jot.spi.CoarseSpace;
import jot.spi.MatrixSource;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The coarse space of a plan serves every solve on it, and none on another plan. */
class CoarseSpaceKeptTest {
  private static final int N = 250;

  private final Random random = new Random(12);
  private final Arena arena = Arena.ofConfined();
  private final Session own = Backends.choose("reference", 1).open(1, N, N);
  private final Session session = counting(own);
  private final ConjugateGradient cg = new ConjugateGradient(session, arena, 1000);
  private final MatrixSource.Gibbs plan = local();
  private final MarginalSystem system = system();
  private int builds;

  @AfterEach
  void close() {
    own.close();
    arena.close();
  }

  /** A session whose coarse spaces count how often they are built. */
  private Session counting(Session backend) {
    return (Session)
        Proxy.newProxyInstance(
            Session.class.getClassLoader(),
            new Class<?>[] {Session.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(backend, arguments);
              return result instanceof CoarseSpace space ? counting(space) : result;
            });
  }

  private CoarseSpace counting(CoarseSpace space) {
    return new CoarseSpace() {
      @Override
      public void build(MatrixSource p, Buffer rows, Buffer columns, Buffer anchor, Buffer active) {
        builds++;
        space.build(p, rows, columns, anchor, active);
      }

      @Override
      public void add(Buffer r, Buffer z, Buffer active) {
        space.add(r, z, active);
      }
    };
  }

  /** Points in the unit square that send their mass to near ones. */
  private MatrixSource.Gibbs local() {
    double[][] x = new double[N][2];
    double[][] cost = new double[N][N];
    for (int i = 0; i < N; i++) {
      x[i][0] = random.nextDouble();
      x[i][1] = random.nextDouble();
      for (int j = 0; j <= i; j++) {
        cost[i][j] = Math.pow(x[i][0] - x[j][0], 2) + Math.pow(x[i][1] - x[j][1], 2);
        cost[j][i] = cost[i][j];
      }
    }
    Buffer c = session.matrix(DType.F64, N, N);
    session.write(Tensor.of(arena, cost), c);
    Buffer epsilon = session.scalar();
    session.fill(epsilon, 4e-3, null);
    return new MatrixSource.Gibbs(
        new MatrixSource.Stored(c),
        session.vector(N),
        session.vector(N),
        epsilon,
        session.vector(N),
        session.vector(N));
  }

  private MarginalSystem system() {
    return new MarginalSystem(session, new MatrixSource.Stored(session.matrix(DType.F64, N, N)));
  }

  /** Solves with a right-hand side of mean 0. */
  private double[] solve(MarginalSystem on, int seed) {
    Buffer rhs = session.vector(N);
    Buffer one = session.scalar();
    double[] values = new Random(seed).doubles(N, -1, 1).toArray();
    session.write(Tensor.vector(arena, values), rhs);
    session.fill(one, 1, null);
    session.center(rhs, on.columnSums(), session.scalar());
    on.load(null, one, null, rhs);
    cg.solve(on, one, 1e-10);
    assertThat(cg.residual(0)).isLessThan(1e-10);
    Tensor y = Tensor.allocate(arena, DType.F64, new Shape(1, 1, N));
    session.read(on.y(), y);
    session.poll();
    return y.toArray();
  }

  @Test
  void one_serves_all_solves_on_a_plan() {
    system.refresh(plan);
    solve(system, 1);
    int slow = cg.steps(0);
    assertThat(builds).isEqualTo(1);
    double[] y = solve(system, 2);
    assertThat(cg.steps(0)).isLessThan(slow);
    solve(system, 3);
    assertThat(solve(system, 2)).isEqualTo(y);
    assertThat(builds).isEqualTo(1);
  }

  @Test
  void another_plan_has_its_own() {
    system.refresh(plan);
    solve(system, 1);
    session.fill(plan.epsilon(), 5e-3, null);
    system.refresh(plan);
    solve(system, 1);
    assertThat(builds).isEqualTo(2);
    system.adopt(system.rowSums(), system.columnSums(), null);
    solve(system, 1);
    assertThat(builds).isEqualTo(3);
  }

  @Test
  void it_goes_with_the_plan_and_not_with_the_system() {
    system.refresh(plan);
    MarginalSystem twin = new MarginalSystem(session, system.plan());
    twin.adopt(system);
    solve(system, 1);
    double[] y = solve(system, 2);
    assertThat(solve(twin, 2)).isEqualTo(y);
    assertThat(builds).isEqualTo(1);
    MarginalSystem other = system();
    other.refresh(plan);
    solve(other, 1);
    assertThat(builds).isEqualTo(2);
  }
}
