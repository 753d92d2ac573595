package jot;

import jot.solve.ForwardState;
import jot.spi.Buffer;
import jot.spi.Session;
import jot.tensor.Tensor;

/** The three costs of a solution. */
final class Values {
  /** What {@link Session#values} writes: Σ P C, Σ P log P, Σ P. */
  private static final int COUNT = 3;

  private final Engine engine;
  private final Buffer sums;
  private final Tensor sumsHost;
  private final double[] entropic;
  private final double[] kl;

  Values(Engine engine) {
    this.engine = engine;
    sums = engine.session().vector(COUNT);
    sumsHost = engine.vector(COUNT);
    entropic = new double[engine.session().batch()];
    kl = new double[engine.session().batch()];
  }

  void refresh(Potentials potentials) {
    Session session = engine.session();
    ForwardState state = engine.state();
    session.values(state.logPlan(), sums);
    session.read(sums, sumsHost);
    session.poll();
    for (int problem = 0; problem < entropic.length; problem++) {
      double epsilon = state.epsilonHost().getFlat(problem);
      double massA = sum(state.aHost(), problem);
      double massB = sum(state.bHost(), problem);
      entropic[problem] =
          dot(potentials.f(), state.aHost(), problem)
              + dot(potentials.g(), state.bHost(), problem)
              - epsilon * sumsHost.getFlat(problem * (long) COUNT + 2);
      double logs =
          entropy(state.aHost(), problem) * massB / massA + entropy(state.bHost(), problem);
      kl[problem] = entropic[problem] - epsilon * logs + epsilon * massA * massB;
    }
  }

  double sharp(int problem) {
    return sumsHost.getFlat(problem * (long) COUNT);
  }

  double entropic(int problem) {
    return entropic[problem];
  }

  double kl(int problem) {
    return kl[problem];
  }

  private static double sum(Tensor x, int problem) {
    double sum = 0;
    for (long k = (long) problem * x.cols(); k < (problem + 1L) * x.cols(); k++) {
      sum += x.getFlat(k);
    }
    return sum;
  }

  /** Σ potential·weight over the entries with mass: −∞ is met only where there is none. */
  private static double dot(Tensor potential, Tensor weight, int problem) {
    double sum = 0;
    for (long k = (long) problem * weight.cols(); k < (problem + 1L) * weight.cols(); k++) {
      if (weight.getFlat(k) > 0) {
        sum += weight.getFlat(k) * potential.getFlat(k);
      }
    }
    return sum;
  }

  /** Σ w log w. */
  private static double entropy(Tensor weight, int problem) {
    double sum = 0;
    for (long k = (long) problem * weight.cols(); k < (problem + 1L) * weight.cols(); k++) {
      double w = weight.getFlat(k);
      sum += w > 0 ? w * Math.log(w) : 0;
    }
    return sum;
  }
}
