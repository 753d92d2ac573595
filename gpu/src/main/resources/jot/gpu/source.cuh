// Matrices that are stored, or made from points, factors or potentials as they are needed.

#define NONE 0
#define STORED_F64 1
#define STORED_F32 2
#define DISTANCE 3
#define LOW_RANK 4
// Added to the kind of a cost: its plan, or the exponents of that.
#define GIBBS 16
#define EXPONENTS 32

struct Source {
  Index kind;
  const void* values;   // STORED: m×n
  const double* x;      // DISTANCE, LOW_RANK: d×m
  const double* y;      // d×n
  Index d;
  const double* alpha;  // GIBBS, EXPONENTS: anchors, ε and potentials
  const double* beta;
  const double* epsilon;
  const double* f;
  const double* g;
};

// A row of a source.
struct Row {
  Index kind, d, m, n;
  const double* wide;
  const float* narrow;
  const double* x;
  const double* y;
  const double* beta;
  const double* g;
  double alpha, f, inverse;

  __device__ Row(const Source& s, Index problem, Index i, Index rows, Index columns) {
    kind = s.kind % GIBBS;
    d = s.d;
    m = rows;
    n = columns;
    wide = 0;
    narrow = 0;
    x = 0;
    y = 0;
    beta = 0;
    g = 0;
    alpha = 0;
    f = 0;
    inverse = 0;
    if (kind == STORED_F64) wide = (const double*)s.values + (problem * m + i) * n;
    if (kind == STORED_F32) narrow = (const float*)s.values + (problem * m + i) * n;
    if (kind == DISTANCE || kind == LOW_RANK) {
      x = s.x + problem * d * m + i;
      y = s.y + problem * d * n;
    }
    if (s.kind >= GIBBS) {
      beta = s.beta + problem * n;
      g = s.g + problem * n;
      alpha = s.alpha[problem * m + i];
      f = s.f[problem * m + i];
      inverse = 1 / s.epsilon[problem];
    }
  }

  // What is stored or made from points or factors, without anchors.
  __device__ double plain(Index j) const {
    if (kind == STORED_F64) return wide[j];
    if (kind == STORED_F32) return narrow[j];
    double sum = 0;
    ROLLED for (Index k = 0; k < d; k++) {
      if (kind == DISTANCE) {
        double difference = x[k * m] - y[k * n + j];
        sum += difference * difference;
      } else {
        sum += x[k * m] * y[k * n + j];
      }
    }
    return sum;
  }

  // c_ij = (C_ij − α_i) − β_j, in this order: a shift of rows or columns costs no digits.
  __device__ double anchored(Index j) const { return (plain(j) - alpha) - beta[j]; }

  // g_j − c_ij
  __device__ double slack(Index j) const { return g[j] - anchored(j); }

  // The plan's entry for another row potential.
  __device__ double gibbs(Index j, double potential) const {
    if (potential == -INFINITE) return 0;
    return flushedExp((potential + g[j] - anchored(j)) * inverse);
  }

  // log P_ij, −∞ wherever P_ij is 0.
  __device__ double exponent(Index j) const {
    if (f == -INFINITE) return -INFINITE;
    double e = (f + g[j] - anchored(j)) * inverse;
    return flushedExp(e) > 0 ? e : -INFINITE;
  }
};

__device__ inline double entry(const Source& s, const Row& row, Index j) {
  if (s.kind >= EXPONENTS) return row.exponent(j);
  if (s.kind >= GIBBS) return row.gibbs(j, row.f);
  return row.plain(j);
}

// As a gradient: a source of kind NONE is zero everywhere.
__device__ inline double entryOrZero(const Source& s, const Row& row, Index j) {
  return s.kind == NONE ? 0 : entry(s, row, j);
}

// max_j g_j − c_ij, by a warp: what takes a row to safety from anywhere.
__device__ inline double maxSlack(const Row& row) {
  double top = -INFINITE;
  ROLLED for (Index j = lane(); j < row.n; j += WARP) top = fmax(top, row.slack(j));
  return warpMax(top);
}

// Σ_j of the plan's row for a row potential, by a warp.
__device__ inline double gibbsSum(const Row& row, double potential) {
  double sum = 0;
  ROLLED for (Index j = lane(); j < row.n; j += WARP) sum += row.gibbs(j, potential);
  return warpSum(sum);
}

// A row update with the maximum out, by a warp. The plan's row is then (a/sum)·gibbs(used).
struct SafeRow {
  double potential, used, sum;
  __device__ SafeRow(const Row& row, double a, double epsilon) {
    double slack = a > 0 ? maxSlack(row) : -INFINITE;
    if (slack == -INFINITE) {
      potential = used = -INFINITE;
      sum = 0;
    } else {
      used = -slack;
      sum = gibbsSum(row, used);
      potential = used + epsilon * (log(a) - log(sum));
    }
  }
};
