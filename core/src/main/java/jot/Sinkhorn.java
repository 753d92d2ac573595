package jot;

import jot.spi.Backend;
import jot.spi.Backends;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Entropic optimal transport: P minimises ⟨P, C⟩ − ε h(P) over P ≥ 0 with row sums a and column
 * sums b, where h(P) = −Σ P (log P − 1). Immutable and thread-safe; any number of threads may solve
 * through one.
 *
 * <p>Source of the method and of the derivatives: Eisenberger et al., <i>A Unified Framework for
 * Implicit Sinkhorn Differentiation</i>, CVPR 2022.
 *
 * {@snippet :
 * Sinkhorn sinkhorn = Sinkhorn.builder().epsilon(0.01).tolerance(1e-9).build();
 * try (Solution solution = sinkhorn.solve(cost, a, b)) {
 *   Gradients gradients = solution.vjp(planGradient);
 * }
 * }
 */
public final class Sinkhorn {
  private final Settings settings;
  private final Backend backend;

  private Sinkhorn(Settings settings, Backend backend) {
    this.settings = settings;
    this.backend = backend;
  }

  /** Starts a configuration; ε must be set, the rest has defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Which backend runs, in one line. */
  public String backend() {
    return backend.description();
  }

  /**
   * Solves with uniform weights of mass 1.
   *
   * @param cost (batch, m, n), read where it lies until the solution is closed
   */
  public Solution solve(Tensor cost) {
    return solve(Problem.of(cost));
  }

  /**
   * Solves with these weights; see {@link Problem#weights} for their shapes.
   *
   * @param cost (batch, m, n), read where it lies until the solution is closed; +∞ forbids a pair
   */
  public Solution solve(Tensor cost, Tensor a, Tensor b) {
    return solve(Problem.of(cost).weights(a, b));
  }

  /**
   * Solves a problem. Not converging is a status of the solution, unless {@link
   * Builder#requireConvergence} was asked for.
   *
   * @return owns native memory of O(batch·(m + n)), plus what its methods say; close it
   * @throws IllegalArgumentException for bad input, before any work is done
   * @throws IllegalStateException when an arena is closed during the solve
   */
  public Solution solve(Problem problem) {
    Engine engine = Engine.like(settings, backend, problem.geometry());
    try {
      engine.forward(problem);
    } catch (RuntimeException failure) {
      engine.close();
      throw Engine.explain(failure);
    } catch (Error failure) {
      engine.close();
      throw failure;
    }
    return new Solution(engine, true);
  }

  /**
   * Prepares a layer for dense problems of one type and shape, for training loops: after warm-up
   * its passes allocate nothing on the heap.
   *
   * @param dtype of costs and plans
   * @throws IllegalArgumentException for sizes below 1 or whose product overflows
   */
  public SinkhornLayer layer(DType dtype, int batch, int rows, int columns) {
    return new SinkhornLayer(Engine.dense(settings, backend, dtype, batch, rows, columns));
  }

  /** Collects a configuration. Not thread-safe. */
  public static final class Builder {
    private double epsilon = Double.NaN;
    private double tolerance = 1e-6;
    private int maxIterations = 10_000;
    private Solver solver = Solver.AUTO;
    private EpsilonSchedule schedule = EpsilonSchedule.none();
    private LinearSolver linearSolver = LinearSolver.AUTO;
    private double linearTolerance = 1e-10;
    private @Nullable String backend;
    private int threads;
    private @Nullable ProgressListener listener;
    private boolean requireConvergence;
    private boolean errorEstimate = true;
    private long stream;

    private Builder() {}

    /** The strength ε &gt; 0 of the entropy, in the unit of the cost. */
    public Builder epsilon(double value) {
      epsilon = Checks.epsilon(value);
      return this;
    }

    /** Stop at this L1 residual of the row sums, relative to the mass. Default 1e-6. */
    public Builder tolerance(double value) {
      if (!(value > 0) || value == Double.POSITIVE_INFINITY) {
        throw Checks.bad("tolerance: expected a positive finite number, received " + value);
      }
      tolerance = value;
      return this;
    }

    /** Stop after this many sweeps. Default 10,000. */
    public Builder maxIterations(int value) {
      if (value < 1) {
        throw Checks.bad("maxIterations: expected at least 1, received " + value);
      }
      maxIterations = value;
      return this;
    }

    /** The forward iteration. Default {@link Solver#AUTO}. */
    public Builder solver(Solver value) {
      solver = value;
      return this;
    }

    /** How the solver comes down to ε from larger ones. Default {@link EpsilonSchedule#none()}. */
    public Builder epsilonSchedule(EpsilonSchedule value) {
      schedule = value;
      return this;
    }

    /** The backward pass's linear solver. Default {@link LinearSolver#AUTO}. */
    public Builder linearSolver(LinearSolver value) {
      linearSolver = value;
      return this;
    }

    /** Relative residual that an iterative linear solve is to reach. Default 1e-10. */
    public Builder linearTolerance(double value) {
      if (!(value > 0) || value >= 1) {
        throw Checks.bad("linearTolerance: expected a number between 0 and 1, received " + value);
      }
      linearTolerance = value;
      return this;
    }

    /**
     * Forces a backend: {@code "reference"}, {@code "vector"} or {@code "cuda"}. Default: the
     * property {@code jot.backend}, else the fastest that can run.
     */
    public Builder backend(String name) {
      backend = name;
      return this;
    }

    /**
     * How many threads an operation may use. Default: the property {@code jot.threads}, else all.
     */
    public Builder threads(int count) {
      threads = Backends.checkThreads(count);
      return this;
    }

    /** Told between blocks of sweeps how a solve is doing. */
    public Builder listener(ProgressListener value) {
      listener = value;
      return this;
    }

    /** Whether a solve that does not converge throws {@link NotConvergedException}. Default no. */
    public Builder requireConvergence(boolean value) {
      requireConvergence = value;
      return this;
    }

    /**
     * Whether every backward pass estimates the error of its gradient, see {@link
     * Gradients#costError(int)}: two more linear solves to two digits. Default yes.
     */
    public Builder errorEstimate(boolean value) {
      errorEstimate = value;
      return this;
    }

    /**
     * Issues all work on a device to this stream of the caller's, after what the caller has issued
     * there: so memory that is still being written may be handed in. A call returns when its own
     * work on the stream, and all before it, has ended. Default: streams of jot's own, and then
     * what is handed in must be complete.
     *
     * @param handle a {@code cudaStream_t} of device 0 that lives as long as every solution and
     *     layer; not 0. Backends without streams refuse it when a solve or a layer begins
     */
    public Builder stream(long handle) {
      if (handle == 0) {
        throw Checks.bad("stream: expected a stream's handle, received 0; create a stream");
      }
      stream = handle;
      return this;
    }

    /**
     * Chooses the backend and builds.
     *
     * @throws IllegalArgumentException when ε was not set or no backend has the name asked for
     * @throws IllegalStateException when a forced backend cannot run, with its reason
     */
    public Sinkhorn build() {
      Checks.epsilon(epsilon);
      int count = threads == 0 ? Backends.defaultThreads() : threads;
      Settings settings =
          new Settings(
              epsilon,
              tolerance,
              maxIterations,
              solver,
              schedule,
              linearSolver,
              linearTolerance,
              listener,
              requireConvergence,
              errorEstimate,
              stream);
      return new Sinkhorn(settings, Backends.choose(backend, count));
    }
  }
}
