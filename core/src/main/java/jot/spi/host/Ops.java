package jot.spi.host;

import org.jspecify.annotations.Nullable;

/**
 * The operations of a session, each made when it is first used: a forward solve never allocates the
 * backward's partial sums, and after warm-up nothing is allocated.
 */
final class Ops {
  private final HostSession session;
  private @Nullable Inspect inspect;
  private @Nullable RowUpdate rowUpdate;
  private @Nullable ColumnUpdate columnUpdate;
  private @Nullable Sweep sweep;
  private @Nullable ScalingStart scalingStart;
  private @Nullable ScalingSweep scalingSweep;
  private @Nullable Materialise materialise;
  private @Nullable Values values;
  private @Nullable Marginals marginals;
  private @Nullable RightHandSide rightHandSide;
  private @Nullable Laplacian laplacian;
  private @Nullable Eliminate eliminate;
  private @Nullable EliminateSolve eliminateSolve;
  private @Nullable RowUnknowns rowUnknowns;
  private @Nullable CostGradient costGradient;
  private @Nullable OneSided oneSided;
  private @Nullable AdjointSweep adjointSweep;
  private @Nullable Scan scan;
  private @Nullable Above above;
  private @Nullable Sensitivity sensitivity;
  private @Nullable Semidual semidual;
  private @Nullable ColumnLse columnLse;

  Ops(HostSession session) {
    this.session = session;
  }

  Inspect inspect() {
    if (inspect == null) {
      inspect = new Inspect(session);
    }
    return inspect;
  }

  RowUpdate rowUpdate() {
    if (rowUpdate == null) {
      rowUpdate = new RowUpdate(session);
    }
    return rowUpdate;
  }

  ColumnUpdate columnUpdate() {
    if (columnUpdate == null) {
      columnUpdate = new ColumnUpdate(session);
    }
    return columnUpdate;
  }

  Sweep sweep() {
    if (sweep == null) {
      sweep = new Sweep(session);
    }
    return sweep;
  }

  ScalingStart scalingStart() {
    if (scalingStart == null) {
      scalingStart = new ScalingStart(session);
    }
    return scalingStart;
  }

  ScalingSweep scalingSweep() {
    if (scalingSweep == null) {
      scalingSweep = new ScalingSweep(session);
    }
    return scalingSweep;
  }

  Materialise materialise() {
    if (materialise == null) {
      materialise = new Materialise(session);
    }
    return materialise;
  }

  Values values() {
    if (values == null) {
      values = new Values(session);
    }
    return values;
  }

  Marginals marginals() {
    if (marginals == null) {
      marginals = new Marginals(session);
    }
    return marginals;
  }

  RightHandSide rightHandSide() {
    if (rightHandSide == null) {
      rightHandSide = new RightHandSide(session);
    }
    return rightHandSide;
  }

  Laplacian laplacian() {
    if (laplacian == null) {
      laplacian = new Laplacian(session);
    }
    return laplacian;
  }

  Eliminate eliminate() {
    if (eliminate == null) {
      eliminate = new Eliminate(session);
    }
    return eliminate;
  }

  EliminateSolve eliminateSolve() {
    if (eliminateSolve == null) {
      eliminateSolve = new EliminateSolve(session);
    }
    return eliminateSolve;
  }

  RowUnknowns rowUnknowns() {
    if (rowUnknowns == null) {
      rowUnknowns = new RowUnknowns(session);
    }
    return rowUnknowns;
  }

  CostGradient costGradient() {
    if (costGradient == null) {
      costGradient = new CostGradient(session);
    }
    return costGradient;
  }

  OneSided oneSided() {
    if (oneSided == null) {
      oneSided = new OneSided(session);
    }
    return oneSided;
  }

  AdjointSweep adjointSweep() {
    if (adjointSweep == null) {
      adjointSweep = new AdjointSweep(session);
    }
    return adjointSweep;
  }

  Semidual semidual() {
    if (semidual == null) {
      semidual = new Semidual(session);
    }
    return semidual;
  }

  Sensitivity sensitivity() {
    if (sensitivity == null) {
      sensitivity = new Sensitivity(session);
    }
    return sensitivity;
  }

  Above above() {
    if (above == null) {
      above = new Above(session);
    }
    return above;
  }

  Scan scan() {
    if (scan == null) {
      scan = new Scan(session);
    }
    return scan;
  }

  ColumnLse columnLse() {
    if (columnLse == null) {
      columnLse = new ColumnLse(session);
    }
    return columnLse;
  }
}
