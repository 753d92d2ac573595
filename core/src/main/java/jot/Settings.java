package jot;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link Sinkhorn} was configured with.
 *
 * @param stream the caller's stream, 0 for none
 */
record Settings(
    double epsilon,
    double tolerance,
    int maxIterations,
    Solver solver,
    EpsilonSchedule schedule,
    LinearSolver linearSolver,
    double linearTolerance,
    @Nullable ProgressListener listener,
    boolean requireConvergence,
    boolean errorEstimate,
    long stream) {}
