// How the backward pass's system changes with the potentials, and reverse mode through sweeps.

struct Sensitivity {
  Source plan;
  Source gradient;
  const double* x;
  const double* y;
  const double* rowChange;
  const double* columnChange;
  const double* rowAnswer;     // for the norm, else null
  const double* columnAnswer;
  double* rowSums;             // for the sums, else null
  double* partials;            // batch × chunks × n, or batch × chunks of largest entries
  Index m, n, rows;
};

// W_ij = (1/ε) P_ij (G_ij − x_i − y_j)(d_i + e_j)
__device__ inline double sensitivityEntry(
    const Sensitivity& p, const Row& row, const Row& g, Index problem, Index i, Index j,
    double weight) {
  if (!(weight > 0)) return 0;
  double rest = entryOrZero(p.gradient, g, j) - p.x[problem * p.m + i] - p.y[problem * p.n + j];
  return row.inverse * weight * rest *
         (p.rowChange[problem * p.m + i] + p.columnChange[problem * p.n + j]);
}

KERNEL sensitivity_sums(Sensitivity p) {
  Chunk at(p.m, p.rows, blockIdx.x);
  Index problem = at.problem;
  Matrix plan(p.plan, problem, p.m, p.n);
  Matrix gradient(p.gradient, problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Row row = plan[i];
    Row g = gradient[i];
    double sum = 0;
    ROLLED for (Index j = lane(); j < p.n; j += WARP) {
      sum += sensitivityEntry(p, row, g, problem, i, j, row.gibbs(j, row.f));
    }
    sum = warpSum(sum);
    if (lane() == 0) p.rowSums[problem * p.m + i] = sum;
  }
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    double sum = 0;
    ROLLED for (Index i = at.first; i < at.end; i++) {
      Row row = plan[i];
      Row g = gradient[i];
      sum += sensitivityEntry(p, row, g, problem, i, j, row.gibbs(j, row.f));
    }
    p.partials[at.part() * p.n + j] = sum;
  }
}

// (1/ε) max |W − P∘(s ⊕ t)|, with finite entries alone.
KERNEL sensitivity_norm(Sensitivity p) {
  __shared__ double tops[WARPS];
  Chunk at(p.m, p.rows, blockIdx.x);
  Index problem = at.problem;
  double top = 0;
  Matrix plan(p.plan, problem, p.m, p.n);
  Matrix gradient(p.gradient, problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Row row = plan[i];
    Row g = gradient[i];
    ROLLED for (Index j = lane(); j < p.n; j += WARP) {
      double weight = row.gibbs(j, row.f);
      double rest = sensitivityEntry(p, row, g, problem, i, j, weight) -
                    weight * (p.rowAnswer[problem * p.m + i] + p.columnAnswer[problem * p.n + j]);
      double size = fabs(rest) * row.inverse;
      if (size < INFINITE) top = fmax(top, size);
    }
  }
  top = warpMax(top);
  if (lane() == 0) tops[warp()] = top;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int w = 1; w < WARPS; w++) top = fmax(top, tops[w]);
    p.partials[at.part()] = top;
  }
}

struct AdjointSweep {
  Source plan;
  const double* w;
  const double* z;
  double* costGradient;
  double* rowSum;
  double* partials;  // batch × chunks × n
  double* along;     // batch × chunks
  Index m, n, rows;
};

KERNEL adjoint_sweep(AdjointSweep p) {
  __shared__ double sums[WARPS];
  Chunk at(p.m, p.rows, blockIdx.x);
  Index problem = at.problem;
  double along = 0;
  Matrix plan(p.plan, problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Index k = problem * p.m + i;
    Row row = plan[i];
    double weightOfRow = p.w[k];
    double dot = 0;
    double rowAlong = 0;
    ROLLED for (Index j = lane(); j < p.n; j += WARP) {
      double weight = row.gibbs(j, row.f);
      double z = p.z[problem * p.n + j];
      double part = weight * (weightOfRow + z);
      p.costGradient[k * p.n + j] += part;
      if (part != 0) rowAlong += part * row.exponent(j);
      dot += weight * z;
    }
    dot = warpSum(dot);
    along += warpSum(rowAlong);
    if (lane() == 0) p.rowSum[k] = dot;
  }
  if (lane() == 0) sums[warp()] = along;
  __syncthreads();
  if (threadIdx.x == 0) {
    double total = 0;
    for (int w = 0; w < WARPS; w++) total += sums[w];
    p.along[at.part()] = total;
  }
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    double sum = 0;
    ROLLED for (Index i = at.first; i < at.end; i++) {
      Row row = plan[i];
      sum += p.w[problem * p.m + i] * row.gibbs(j, row.f);
    }
    p.partials[at.part() * p.n + j] = sum;
  }
}
