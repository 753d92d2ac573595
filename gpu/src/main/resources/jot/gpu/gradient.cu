// The gradient of the cost, of points, and of marginals without mass.

struct CostGradient {
  Source plan;
  Source gradient;             // kind NONE for zero
  const double* rowCotangent;  // null for zero
  const double* anchor;
  const double* level;
  const double* x;
  const double* y;
  double addPlan;
  void* out;                   // m×n, or null
  Index narrow;
  double* pointsX;             // d×m, or null; both or neither
  double* pointsY;             // partials, batch × chunks × d × n
  double* along;               // batch × chunks: Σ M log P
  const double* active;
  Index m, n, rows;
};

// The entry of M as its formula has it; the row's largest place is made from the others.
__device__ inline double gradientEntry(
    const CostGradient& p, const Row& row, const Row& g, double weight, double scale, double level,
    double x, Index problem, Index j) {
  return weight > 0 ? scale * weight *
                          (entryOrZero(p.gradient, g, j) - level - x - p.y[problem * p.n + j])
                    : 0;
}

KERNEL cost_gradient(CostGradient p) {
  __shared__ double fixes[MAX_ROWS];
  __shared__ Index tops[MAX_ROWS];
  __shared__ double sums[WARPS];
  Chunk at(p.m, p.rows, blockIdx.x);
  Index problem = at.problem;
  if (skipped(p.active, problem)) return;
  double scale = -1 / p.plan.epsilon[problem];
  double along = 0;
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Index k = problem * p.m + i;
    // Looked up anew for each row: kept beside all the rest they would cost too many registers.
    Row row = Matrix(p.plan, problem, p.m, p.n)[i];
    Row g = Matrix(p.gradient, problem, p.m, p.n)[i];
    double level = p.level[k];
    double x = p.x[k];
    Index top = (Index)p.anchor[k];
    double mass = 0;
    double rest = 0;
    ROLLED for (Index j = lane(); j < p.n; j += WARP) {
      double weight = row.gibbs(j, row.f);
      mass += weight;
      if (j != top) rest += gradientEntry(p, row, g, weight, scale, level, x, problem, j);
    }
    mass = warpSum(mass);
    rest = warpSum(rest);
    double fix = 0;
    if (mass > 0) {
      fix = (p.rowCotangent == 0 ? 0 : p.rowCotangent[k]) - rest;
    }
    double rowAlong = 0;
    ROLLED for (Index j = lane(); j < p.n; j += WARP) {
      double weight = row.gibbs(j, row.f);
      double value =
          j == top ? fix : gradientEntry(p, row, g, weight, scale, level, x, problem, j);
      if (value != 0) rowAlong += value * row.exponent(j);
      value += p.addPlan * weight;
      if (p.out != 0) store(p.out, p.narrow, k * p.n + j, value);
    }
    along += warpSum(rowAlong);
    if (p.pointsX != 0) {
      ROLLED for (Index c = 0; c < row.d; c++) {
        double force = 0;
        ROLLED for (Index j = lane(); j < p.n; j += WARP) {
          double weight = row.gibbs(j, row.f);
          double value =
              j == top ? fix : gradientEntry(p, row, g, weight, scale, level, x, problem, j);
          force += (value + p.addPlan * weight) * (row.y[c * p.n + j] - row.x[c * p.m]);
        }
        force = warpSum(force);
        if (lane() == 0) p.pointsX[(problem * row.d + c) * p.m + i] = -2 * force;
      }
    }
    if (lane() == 0) {
      fixes[i - at.first] = fix;
      tops[i - at.first] = top;
    }
  }
  if (lane() == 0) sums[warp()] = along;
  __syncthreads();
  if (threadIdx.x == 0) {
    double total = 0;
    for (int w = 0; w < WARPS; w++) total += sums[w];
    p.along[at.part()] = total;
  }
  if (p.pointsX == 0) return;
  Index d = p.plan.d;
  Matrix plan(p.plan, problem, p.m, p.n);
  Matrix gradient(p.gradient, problem, p.m, p.n);
  ROLLED for (Index e = threadIdx.x; e < d * p.n; e += blockDim.x) {
    Index c = e / p.n;
    Index j = e % p.n;
    double sum = 0;
    ROLLED for (Index i = at.first; i < at.end; i++) {
      Index k = problem * p.m + i;
      Row row = plan[i];
      Row g = gradient[i];
      double weight = row.gibbs(j, row.f);
      double value = j == tops[i - at.first]
                         ? fixes[i - at.first]
                         : gradientEntry(p, row, g, weight, scale, p.level[k], p.x[k], problem, j);
      sum += (value + p.addPlan * weight) * (row.y[c * p.n + j] - row.x[c * p.m]);
    }
    p.pointsY[at.part() * d * p.n + e] = sum;
  }
}

struct OneSided {
  Source plan;
  Source gradient;
  const double* a;
  const double* b;
  double* x;
  double* y;
  Index m, n, rows;
};

// What a first grain of mass would do in a row that has none: it would spread like q, the softmax
// over the columns with mass, and pay G less their unknowns.
KERNEL empty_rows(OneSided p) {
  Chunk at(p.m, p.rows, blockIdx.x);
  Matrix plan(p.plan, at.problem, p.m, p.n);
  Matrix gradient(p.gradient, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Index k = at.problem * p.m + i;
    if (p.a[k] > 0) continue;
    Row row = plan[i];
    Row g = gradient[i];
    double slack = maxSlack(row);
    double value = 0;
    if (slack > -INFINITE) {
      double weights = 0;
      double sum = 0;
      ROLLED for (Index j = lane(); j < p.n; j += WARP) {
        double q = row.gibbs(j, -slack);
        weights += q;
        if (q > 0) sum += q * (entryOrZero(p.gradient, g, j) - p.y[at.problem * p.n + j]);
      }
      weights = warpSum(weights);
      value = warpSum(sum) / weights;
    }
    if (lane() == 0) p.x[k] = value;
  }
}

// The same for columns, a thread each: empty columns are few, and nothing hot is here.
KERNEL empty_columns(OneSided p) {
  Index problem = blockIdx.x;
  Matrix plan(p.plan, problem, p.m, p.n);
  Matrix gradient(p.gradient, problem, p.m, p.n);
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    if (p.b[problem * p.n + j] > 0) continue;
    double top = -INFINITE;
    ROLLED for (Index i = 0; i < p.m; i++) {
      Row row = plan[i];
      if (p.a[problem * p.m + i] > 0 && row.f > -INFINITE) {
        top = fmax(top, row.f - row.anchored(j));
      }
    }
    double weights = 0;
    double sum = 0;
    ROLLED for (Index i = 0; i < p.m && top > -INFINITE; i++) {
      Row row = plan[i];
      if (p.a[problem * p.m + i] > 0 && row.f > -INFINITE) {
        double q = exp((row.f - row.anchored(j) - top) * row.inverse);
        if (q > 0) {
          Row g = gradient[i];
          weights += q;
          sum += q * (entryOrZero(p.gradient, g, j) - p.x[problem * p.m + i]);
        }
      }
    }
    p.y[problem * p.n + j] = top == -INFINITE ? 0 : sum / weights;
  }
}
