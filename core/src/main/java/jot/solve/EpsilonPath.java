package jot.solve;

import java.lang.foreign.Arena;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.Session;

/**
 * What the column potentials gained from one ε of a descent to the next, and the secant's guess of
 * what they will gain to the one after: near enough to save a stage its first steps.
 */
final class EpsilonPath {
  private final Session session;
  private final ForwardState state;
  private final Buffer change;
  private final MatrixSource.Gibbs changing;
  private final Buffer one;
  private final BatchScalar ratio;
  private final double[] from;
  private final int[] stages;

  EpsilonPath(ForwardState state, Arena arena) {
    this.state = state;
    session = state.session();
    MatrixSource.Gibbs plan = state.plan();
    change = session.vector(session.columns());
    changing =
        new MatrixSource.Gibbs(
            plan.cost(), plan.rowAnchor(), plan.columnAnchor(), plan.epsilon(), plan.f(), change);
    one = session.scalar();
    session.fill(one, 1, null);
    ratio = new BatchScalar(session, arena);
    from = new double[session.batch()];
    stages = new int[session.batch()];
  }

  /** Forgets a problem's path: following it leads nowhere until a stage is done. */
  void begin(int problem) {
    stages[problem] = 0;
    ratio.set(problem, 0);
  }

  /** g moved by step·direction. */
  void moved(Buffer step, Buffer direction, Buffer on) {
    session.axpy(1, step, one, direction, change, on);
  }

  /** g took a column update from these sums. */
  void updated(Buffer sums, Buffer on) {
    session.scaleColumns(changing, state.b(), sums, on);
  }

  /** A stage of a problem is done at one ε, and the next is this one: to be followed. */
  void next(int problem, double done, double next) {
    // before the first stage the potentials were not those of any ε
    ratio.set(problem, stages[problem] > 0 ? (next - done) / (done - from[problem]) : 0);
    from[problem] = done;
    stages[problem]++;
  }

  /** Takes the potentials of the problems that the mask names along the secant. */
  void follow(Buffer on) {
    ratio.send();
    session.axpy(1, ratio.device(), one, change, state.plan().g(), on);
    session.poll();
    for (int problem = 0; problem < from.length; problem++) {
      ratio.set(problem, ratio.get(problem) - 1);
    }
    ratio.send();
    session.axpy(1, ratio.device(), one, change, change, on);
    session.poll();
  }
}
