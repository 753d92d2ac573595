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

// The matrix of a problem: what all its rows share, looked up once.
struct Matrix {
  Row shared;
  const double* alpha;
  const double* f;

  __device__ Matrix(const Source& s, Index problem, Index m, Index n) {
    shared.kind = s.kind % GIBBS;
    shared.d = s.d;
    shared.m = m;
    shared.n = n;
    shared.wide = shared.kind == STORED_F64 ? (const double*)s.values + problem * m * n : 0;
    shared.narrow = shared.kind == STORED_F32 ? (const float*)s.values + problem * m * n : 0;
    bool made = shared.kind == DISTANCE || shared.kind == LOW_RANK;
    shared.x = made ? s.x + problem * s.d * m : 0;
    shared.y = made ? s.y + problem * s.d * n : 0;
    bool plan = s.kind >= GIBBS;
    shared.beta = plan ? s.beta + problem * n : 0;
    shared.g = plan ? s.g + problem * n : 0;
    shared.alpha = 0;
    shared.f = 0;
    shared.inverse = plan ? 1 / s.epsilon[problem] : 0;
    alpha = plan ? s.alpha + problem * m : 0;
    f = plan ? s.f + problem * m : 0;
  }

  __device__ Row operator[](Index i) const {
    Row row = shared;
    if (row.wide != 0) row.wide += i * row.n;
    if (row.narrow != 0) row.narrow += i * row.n;
    if (row.x != 0) row.x += i;
    if (f != 0) {
      row.alpha = alpha[i];
      row.f = f[i];
    }
    return row;
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
