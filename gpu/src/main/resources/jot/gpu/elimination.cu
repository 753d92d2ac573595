// The Laplacian's weights w_jk = Σ_i P_ij P_ik / r_i above the diagonal, then one vertex after the
// other: its pivot is the sum of its remaining weights, and its neighbours gain w_kj w_kl / pivot.
// Sums of positive numbers throughout, so every entry keeps its relative accuracy.

struct Weights {
  const double* plan;     // m×n
  const double* rowSums;
  double* factor;         // n×n
  const double* active;
  Index m, n;
};

#define SIDE 16

// A tile of SIDE×SIDE weights, one thread each.
KERNEL weights(Weights p) {
  __shared__ double left[SIDE][SIDE];
  __shared__ double right[SIDE][SIDE];
  Index tiles = (p.n + SIDE - 1) / SIDE;
  Index problem = blockIdx.x / (tiles * tiles);
  if (skipped(p.active, problem)) return;
  Index j0 = blockIdx.x / tiles % tiles * SIDE;
  Index k0 = blockIdx.x % tiles * SIDE;
  Index row = threadIdx.x / SIDE;
  Index column = threadIdx.x % SIDE;
  Index j = j0 + row;
  Index k = k0 + column;
  double sum = 0;
  ROLLED for (Index i0 = 0; i0 < p.m && k0 + SIDE > j0; i0 += SIDE) {
    Index i = i0 + row;
    double r = i < p.m ? p.rowSums[problem * p.m + i] : 0;
    const double* of = p.plan + (problem * p.m + i) * p.n;
    left[row][column] = r > 0 && j0 + column < p.n ? of[j0 + column] / r : 0;
    right[row][column] = r > 0 && k0 + column < p.n ? of[k0 + column] : 0;
    __syncthreads();
    for (Index s = 0; s < SIDE; s++) sum += left[s][row] * right[s][column];
    __syncthreads();
  }
  if (j < p.n && k < p.n) p.factor[(problem * p.n + j) * p.n + k] = k > j ? sum : 0;
}

struct Panel {
  double* factor;
  const double* columnSums;
  double* components;
  const double* active;
  Index n, first, end;
};

// Eliminates the vertices [first, end) and updates the rows among them; one block a problem.
KERNEL eliminate_panel(Panel p) {
  Index problem = blockIdx.x;
  if (skipped(p.active, problem)) return;
  double* factor = p.factor + problem * p.n * p.n;
  double found = 0;
  ROLLED for (Index k = p.first; k < p.end; k++) {
    double* row = factor + k * p.n;
    double pivot = 0;
    ROLLED for (Index j = k + 1 + threadIdx.x; j < p.n; j += blockDim.x) pivot += row[j];
    pivot = blockSum(pivot);
    if (threadIdx.x == 0) row[k] = pivot;
    if (!(pivot > 0)) {
      if (p.columnSums[problem * p.n + k] > 0) found += 1;
    } else {
      ROLLED for (Index j = k + 1; j < p.end; j++) {
        double share = row[j] / pivot;
        ROLLED for (Index l = j + 1 + threadIdx.x; l < p.n; l += blockDim.x) {
          factor[j * p.n + l] += share * row[l];
        }
      }
    }
    __syncthreads();
  }
  if (threadIdx.x == 0) p.components[problem] = (p.first == 0 ? 0 : p.components[problem]) + found;
}

// Gives what the panel's vertices leave to all weights behind them, a tile of SIDE×SIDE a block.
KERNEL eliminate_rest(Panel p) {
  __shared__ double left[SIDE][SIDE];
  __shared__ double right[SIDE][SIDE];
  Index size = p.n - p.end;
  Index tiles = (size + SIDE - 1) / SIDE;
  Index problem = blockIdx.x / (tiles * tiles);
  if (skipped(p.active, problem)) return;
  double* factor = p.factor + problem * p.n * p.n;
  Index j0 = p.end + blockIdx.x / tiles % tiles * SIDE;
  Index l0 = p.end + blockIdx.x % tiles * SIDE;
  if (l0 + SIDE <= j0) return;
  Index row = threadIdx.x / SIDE;
  Index column = threadIdx.x % SIDE;
  double sum = 0;
  ROLLED for (Index k0 = p.first; k0 < p.end; k0 += SIDE) {
    Index k = k0 + row;
    double pivot = k < p.end ? factor[k * p.n + k] : 0;
    left[row][column] = pivot > 0 && j0 + column < p.n ? factor[k * p.n + j0 + column] / pivot : 0;
    right[row][column] = pivot > 0 && l0 + column < p.n ? factor[k * p.n + l0 + column] : 0;
    __syncthreads();
    for (Index s = 0; s < SIDE; s++) sum += left[s][row] * right[s][column];
    __syncthreads();
  }
  Index j = j0 + row;
  Index l = l0 + column;
  if (j < l && l < p.n) factor[j * p.n + l] += sum;
}

struct EliminateSolve {
  const double* factor;
  const double* rhs;
  double* y;
  const double* active;
  Index n;
};

// Forward along the elimination, then back; one block a problem.
KERNEL eliminate_solve(EliminateSolve p) {
  Index problem = blockIdx.x;
  if (skipped(p.active, problem)) return;
  const double* factor = p.factor + problem * p.n * p.n;
  double* y = p.y + problem * p.n;
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) y[j] = p.rhs[problem * p.n + j];
  __syncthreads();
  ROLLED for (Index k = 0; k < p.n - 1; k++) {
    double pivot = factor[k * p.n + k];
    if (pivot > 0) {
      double share = y[k] / pivot;
      ROLLED for (Index j = k + 1 + threadIdx.x; j < p.n; j += blockDim.x) {
        y[j] += share * factor[k * p.n + j];
      }
    }
    __syncthreads();
  }
  ROLLED for (Index k = p.n - 1; k >= 0; k--) {
    double pivot = factor[k * p.n + k];
    double known = 0;
    if (pivot > 0) {
      ROLLED for (Index j = k + 1 + threadIdx.x; j < p.n; j += blockDim.x) {
        known += factor[k * p.n + j] * y[j];
      }
    }
    known = blockSum(known);
    if (threadIdx.x == 0) y[k] = pivot > 0 ? (y[k] + known) / pivot : 0;
    __syncthreads();
  }
}
