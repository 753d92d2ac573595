// The marginal system, rows eliminated: its right-hand side, its product, its row unknowns.

struct RightHandSide {
  Source plan;
  Source gradient;          // kind NONE for zero
  const double* epsilon;
  const double* rowCotangent;  // null for zero
  const double* rowSums;
  double* anchor;
  double* level;
  double* share;
  double* rhs;       // partials, batch × chunks × n
  double* diagonal;  // partials, batch × chunks × n
  Index m, n, rows;
};

KERNEL right_hand_side(RightHandSide p) {
  __shared__ double shares[MAX_ROWS];
  __shared__ double levels[MAX_ROWS];
  __shared__ double rests[MAX_ROWS];
  __shared__ Index tops[MAX_ROWS];
  Chunk at(p.m, p.rows, blockIdx.x);
  Matrix plan(p.plan, at.problem, p.m, p.n);
  Matrix gradient(p.gradient, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Index k = at.problem * p.m + i;
    double r = p.rowSums[k];
    double best = -INFINITE;
    Index top = p.n;
    double level = 0;
    double share = 0;
    double rest = 0;
    if (r > 0) {
      Row row = plan[i];
      ROLLED for (Index j = lane(); j < p.n; j += WARP) {
        double weight = entry(p.plan, row, j);
        if (weight > best) {
          best = weight;
          top = j;
        }
      }
      warpArgMax(best, top);
      Row g = gradient[i];
      level = entryOrZero(p.gradient, g, top);
      double deviation = 0;
      ROLLED for (Index j = lane(); j < p.n; j += WARP) {
        double weight = entry(p.plan, row, j);
        if (weight > 0) deviation += weight * (entryOrZero(p.gradient, g, j) - level);
        if (j != top) rest += weight;
      }
      deviation = warpSum(deviation);
      rest = warpSum(rest);
      double cotangent = p.rowCotangent == 0 ? 0 : p.epsilon[at.problem] * p.rowCotangent[k];
      share = (deviation + cotangent) / r;
    } else {
      top = 0;
    }
    if (lane() == 0) {
      p.anchor[k] = (double)top;
      p.level[k] = level;
      p.share[k] = share;
      tops[i - at.first] = top;
      levels[i - at.first] = level;
      shares[i - at.first] = share;
      rests[i - at.first] = rest;
    }
  }
  __syncthreads();
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    double rhs = 0;
    double diagonal = 0;
    ROLLED for (Index i = at.first; i < at.end; i++) {
      double r = p.rowSums[at.problem * p.m + i];
      if (r > 0) {
        Row row = plan[i];
        Row g = gradient[i];
        double weight = entry(p.plan, row, j);
        Index c = i - at.first;
        if (weight > 0) {
          rhs += weight * (entryOrZero(p.gradient, g, j) - levels[c] - shares[c]);
        }
        // What a row holds beside its largest entry is a sum, never a difference of two.
        diagonal += weight * (j == tops[c] ? rests[c] : r - weight) / r;
      }
    }
    p.rhs[at.part() * p.n + j] = rhs;
    p.diagonal[at.part() * p.n + j] = diagonal;
  }
}

struct Laplacian {
  Source plan;
  const double* rowSums;
  const double* anchor;
  const double* v;
  double* partials;  // batch × chunks × n
  const double* active;
  Index m, n, rows;
};

// Σ_j P_ij (v_j − base), by a warp.
__device__ inline double anchoredDot(
    const Source& plan, const Row& row, const double* v, double base) {
  double sum = 0;
  ROLLED for (Index j = lane(); j < row.n; j += WARP) sum += entry(plan, row, j) * (v[j] - base);
  return warpSum(sum);
}

KERNEL laplacian(Laplacian p) {
  __shared__ double bases[MAX_ROWS];
  __shared__ double means[MAX_ROWS];
  Chunk at(p.m, p.rows, blockIdx.x);
  if (skipped(p.active, at.problem)) return;
  const double* v = p.v + at.problem * p.n;
  Matrix plan(p.plan, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Index k = at.problem * p.m + i;
    double r = p.rowSums[k];
    double base = 0;
    double mean = 0;
    if (r > 0) {
      Row row = plan[i];
      base = v[(Index)p.anchor[k]];
      mean = anchoredDot(p.plan, row, v, base) / r;
    }
    if (lane() == 0) {
      bases[i - at.first] = base;
      means[i - at.first] = mean;
    }
  }
  __syncthreads();
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    double sum = 0;
    ROLLED for (Index i = at.first; i < at.end; i++) {
      if (p.rowSums[at.problem * p.m + i] > 0) {
        Row row = plan[i];
        sum += entry(p.plan, row, j) * (v[j] - bases[i - at.first] - means[i - at.first]);
      }
    }
    p.partials[at.part() * p.n + j] = sum;
  }
}

struct RowUnknowns {
  Source plan;
  const double* rowSums;
  const double* anchor;
  const double* share;
  const double* y;
  double* x;
  const double* active;
  Index m, n, rows;
};

KERNEL row_unknowns(RowUnknowns p) {
  Chunk at(p.m, p.rows, blockIdx.x);
  if (skipped(p.active, at.problem)) return;
  const double* y = p.y + at.problem * p.n;
  Matrix plan(p.plan, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Index k = at.problem * p.m + i;
    double r = p.rowSums[k];
    double value = 0;
    if (r > 0) {
      Row row = plan[i];
      double base = y[(Index)p.anchor[k]];
      value = p.share[k] - base - anchoredDot(p.plan, row, y, base) / r;
    }
    if (lane() == 0) p.x[k] = value;
  }
}
