package jot;

import java.util.OptionalDouble;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a backward pass gives. Its memory belongs to the {@link Solution} or {@link SinkhornLayer}
 * that made it and is freed with it; a layer overwrites it with every pass. Not thread-safe.
 *
 * <p>∂a and ∂b are projected on the changes that keep the mass: each is centred to mean zero over
 * the entries with mass. {@link #mass} holds what that leaves out: a change with Σδa = Σδb = s adds
 * s·mass.
 *
 * <p>Where the cost lay on a device, the tensors of the cost and the weights lie there too.
 */
public final class Gradients {
  private final @Nullable Tensor cost;
  private final @Nullable Positions positions;
  private final Tensor a;
  private final Tensor b;
  private final double[] mass;
  private final double[] epsilon;
  private final double[] residual;
  private final double[] error;
  private final int[] steps;
  private final long[] fill;
  private final String[] solver;
  private final LinearStatus[] status;
  private @Nullable DeviceTarget deviceTarget;

  Gradients(int batch, @Nullable Tensor cost, @Nullable Positions positions, Tensor a, Tensor b) {
    this.cost = cost;
    this.positions = positions;
    this.a = a;
    this.b = b;
    mass = new double[batch];
    epsilon = new double[batch];
    residual = new double[batch];
    error = new double[batch];
    steps = new int[batch];
    fill = new long[batch];
    solver = new String[batch];
    status = new LinearStatus[batch];
  }

  /** On a device: the buffers that the tensors name. */
  void lieIn(DeviceTarget target) {
    deviceTarget = target;
  }

  @Nullable DeviceTarget deviceTarget() {
    return deviceTarget;
  }

  void set(int problem, double massDerivative, double epsilonDerivative) {
    mass[problem] = massDerivative;
    epsilon[problem] = epsilonDerivative;
    solver[problem] = "none";
    status[problem] = LinearStatus.NONE;
    residual[problem] = 0;
    steps[problem] = 0;
    fill[problem] = 0;
    error[problem] = Double.NaN;
  }

  void setSolve(
      int problem,
      String name,
      LinearStatus solveStatus,
      double solveResidual,
      int solveSteps,
      long factorFill) {
    solver[problem] = name;
    status[problem] = solveStatus;
    residual[problem] = solveResidual;
    steps[problem] = solveSteps;
    fill[problem] = factorFill;
  }

  void setError(int problem, double estimate) {
    error[problem] = estimate;
  }

  @Nullable Tensor costOrNull() {
    return cost;
  }

  @Nullable Positions positionsOrNull() {
    return positions;
  }

  /**
   * ∂ℓ/∂C, (batch, m, n) of the cost's type. Zero where a pair is forbidden.
   *
   * @throws UnsupportedOperationException for points, which have no array of costs
   */
  public Tensor cost() {
    if (cost == null) {
      throw new UnsupportedOperationException(
          "cost(): a point cloud has no array of costs; ask for positions()");
    }
    return cost;
  }

  /**
   * ∂ℓ/∂x and ∂ℓ/∂y of a point cloud.
   *
   * @throws UnsupportedOperationException for a dense cost, which has no points
   */
  public Positions positions() {
    if (positions == null) {
      throw new UnsupportedOperationException(
          "positions(): a dense cost has no points; ask for cost()");
    }
    return positions;
  }

  /**
   * ∂ℓ/∂a, (batch, 1, m), F64, mean zero over the rows with mass; one-sided where there is none.
   */
  public Tensor a() {
    return a;
  }

  /**
   * ∂ℓ/∂b, (batch, 1, n), F64, mean zero over the columns with mass; one-sided where there is none.
   */
  public Tensor b() {
    return b;
  }

  /** The derivative along a growth of both masses, of a single problem. */
  public double mass() {
    return mass[single()];
  }

  /** The derivative along a growth of both masses: what centring took off a and b together. */
  public double mass(int problem) {
    return mass[problem];
  }

  /** ∂ℓ/∂ε at fixed C, a, b, of a single problem. */
  public double epsilon() {
    return epsilon[single()];
  }

  /** ∂ℓ/∂ε at fixed C, a, b. */
  public double epsilon(int problem) {
    return epsilon[problem];
  }

  /** The linear solver that ran for a problem: dense, cholesky, cg, or none. */
  public String linearSolver(int problem) {
    return solver[problem];
  }

  /** The linear solver that ran for the first problem. */
  public String linearSolver() {
    return solver[0];
  }

  /** The worst status of the linear solves. */
  public LinearStatus status() {
    LinearStatus worst = status[0];
    for (LinearStatus one : status) {
      if (one.compareTo(worst) > 0) {
        worst = one;
      }
    }
    return worst;
  }

  /** How a problem's linear solve ended. */
  public LinearStatus status(int problem) {
    return status[problem];
  }

  /** Relative residual of a problem's linear solve; 0 for a direct one. */
  public double residual(int problem) {
    return residual[problem];
  }

  /** Steps of a problem's linear solve; 0 for a direct one. */
  public int steps(int problem) {
    return steps[problem];
  }

  /**
   * Entries of the factor of the plan's graph that preconditioned a problem's linear solve; 0 where
   * there was none.
   */
  public long fill(int problem) {
    return fill[problem];
  }

  /**
   * An estimate of the largest error of an entry of {@link #cost} against the gradient at the exact
   * solution, from one Newton correction of the potentials. Empty where it was not asked for, where
   * there was no linear solve, and where the correction is too large for a first-order estimate to
   * mean anything.
   */
  public OptionalDouble costError(int problem) {
    double estimate = error[problem];
    return Double.isNaN(estimate) ? OptionalDouble.empty() : OptionalDouble.of(estimate);
  }

  /** {@link #costError(int)} of a single problem. */
  public OptionalDouble costError() {
    return costError(single());
  }

  private int single() {
    if (mass.length != 1) {
      throw new IllegalStateException(
          "this is a batch of " + mass.length + " problems; ask for one by its index");
    }
    return 0;
  }
}
