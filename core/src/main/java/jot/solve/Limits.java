package jot.solve;

/**
 * When to stop.
 *
 * @param tolerance of the L1 marginal residual, relative to the mass
 * @param maxIterations sweeps at most
 */
public record Limits(double tolerance, int maxIterations) {}
