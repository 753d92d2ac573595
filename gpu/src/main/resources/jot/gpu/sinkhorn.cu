// Sinkhorn's iteration in the log domain and on scalings.

struct RowUpdate {
  Source plan;
  double* f;
  const double* a;
  const double* active;
  Index m, n, rows;
};

KERNEL row_update(RowUpdate p) {
  Chunk at(p.m, p.rows, blockIdx.x);
  if (skipped(p.active, at.problem)) return;
  double epsilon = p.plan.epsilon[at.problem];
  Matrix plan(p.plan, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Row row = plan[i];
    SafeRow safe(row, p.a[at.problem * p.m + i], epsilon);
    if (lane() == 0) p.f[at.problem * p.m + i] = safe.potential;
  }
}

// Largest |log| of a ratio of sums that is over-relaxed: marginals overshoot by e^20 at most.
#define LARGEST_LOG 20

struct SweepRows {
  Source plan;
  const double* a;
  double* next;          // the new row potentials
  double* partials;      // batch × chunks × n
  double* errors;        // batch × chunks
  const double* omega;   // null: a plain sweep
  const double* active;
  Index m, n, rows;
};

// Row sums of the entering plan, new row potentials, and the columns' sums of the updated rows.
KERNEL sweep_rows(SweepRows p) {
  __shared__ double scales[MAX_ROWS];
  __shared__ double used[MAX_ROWS];
  __shared__ double errors[WARPS];
  Chunk at(p.m, p.rows, blockIdx.x);
  if (skipped(p.active, at.problem)) return;
  double epsilon = p.plan.epsilon[at.problem];
  double omega = p.omega == 0 ? 1 : p.omega[at.problem];
  double error = 0;
  Matrix plan(p.plan, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Row row = plan[i];
    double mass = p.a[at.problem * p.m + i];
    double updated = -INFINITE;
    double scale = 0;
    double potential = row.f;
    if (mass <= 0 || row.f == -INFINITE) {
      error += mass;
    } else {
      double sum = gibbsSum(row, row.f);
      error += fabs(sum - mass);
      scale = mass / sum;
      if (omega != 1 && fabs(log(scale)) <= LARGEST_LOG) {
        double stretched = omega * log(scale);
        updated = row.f + epsilon * stretched;
        scale = exp(stretched);
      } else if (sum > TINY && sum < INFINITE) {
        updated = row.f + epsilon * log(scale);
      } else {
        SafeRow safe(row, mass, epsilon);
        updated = safe.potential;
        potential = safe.used;
        scale = updated > -INFINITE ? mass / safe.sum : 0;
      }
    }
    if (lane() == 0) {
      p.next[at.problem * p.m + i] = updated;
      scales[i - at.first] = scale;
      used[i - at.first] = potential;
    }
  }
  if (lane() == 0) errors[warp()] = error;
  __syncthreads();
  Index block = at.part();
  if (threadIdx.x == 0) {
    double total = 0;
    for (int w = 0; w < WARPS; w++) total += errors[w];
    p.errors[block] = total;
  }
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    double sum = 0;
    ROLLED for (Index i = at.first; i < at.end; i++) {
      if (scales[i - at.first] != 0) {
        Row row = plan[i];
        sum += scales[i - at.first] * row.gibbs(j, used[i - at.first]);
      }
    }
    p.partials[block * p.n + j] = sum;
  }
}

struct SweepDecide {
  const double* errors;
  Index chunks;
  const double* columnError;  // null: a plain sweep
  const double* threshold;
  double* residual;
  double* sweeps;             // null: not counted here
  double* stale;              // ← 0 for scalings, else null
  double* active;
  double* going;              // ← 1 where the update is taken, else 0
  Index batch;
};

// A problem whose residual is small enough keeps its potentials and stops.
KERNEL sweep_decide(SweepDecide p) {
  Index problem = flat();
  if (problem >= p.batch) return;
  p.going[problem] = 0;
  if (p.active[problem] == 0) return;
  if (p.stale != 0) p.stale[problem] = 0;
  double error = 0;
  ROLLED for (Index c = 0; c < p.chunks; c++) error += p.errors[problem * p.chunks + c];
  if (p.columnError != 0) error += p.columnError[problem];
  p.residual[problem] = error;
  if (error > p.threshold[problem]) {
    p.going[problem] = 1;
    if (p.sweeps != 0) p.sweeps[problem] += 1;
  } else {
    p.active[problem] = 0;
  }
}

struct SweepColumns {
  double* f;
  double* g;
  const double* epsilon;
  const double* b;
  const double* totals;   // the columns' sums
  const double* next;
  const double* omega;
  double* columnError;
  double* redo;           // ← 1 where columns have to be made with their maximum out
  const double* going;
  Index m, n;
};

KERNEL sweep_columns(SweepColumns p) {
  Index problem = blockIdx.x;
  if (p.going[problem] == 0) {
    if (threadIdx.x == 0) p.redo[problem] = 0;
    return;
  }
  double epsilon = p.epsilon[problem];
  double omega = p.omega == 0 ? 1 : p.omega[problem];
  double error = 0;
  double again = 0;
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    Index k = problem * p.n + j;
    double mass = p.b[k];
    double sum = p.totals[k];
    if (mass <= 0) {
      p.g[k] = -INFINITE;
    } else if (omega != 1 && fabs(log(mass / sum)) <= LARGEST_LOG) {
      double ratio = log(mass / sum);
      p.g[k] += epsilon * (omega * ratio);
      error += mass * fabs(expm1((omega - 1) * ratio));
    } else if (sum > TINY) {
      p.g[k] += epsilon * log(mass / sum);
    } else {
      again = 1;
    }
  }
  again = blockMax(again);
  error = blockSum(error);
  ROLLED for (Index i = threadIdx.x; i < p.m; i += blockDim.x) {
    p.f[problem * p.m + i] = p.next[problem * p.m + i];
  }
  if (threadIdx.x == 0) {
    p.redo[problem] = again;
    if (p.columnError != 0) p.columnError[problem] = error;
  }
}

// Scalings leave [1/limit, limit] into the potentials; entries of K that vanish then stay small.
__device__ inline bool safeScaling(double x, double limit) { return x > 1 / limit && x < limit; }

// The scaling that goes omega times as far from the old one as the plain one does.
__device__ inline double relaxedScaling(double old, double plain, double omega) {
  double ratio = plain / old;
  bool tame = omega != 1 && fabs(log(ratio)) <= LARGEST_LOG;
  return tame ? old * pow(ratio, omega) : plain;
}

struct ScalingRows {
  Source kernel;
  const double* a;
  const double* u;
  const double* v;
  double* next;
  double* partials;  // batch × chunks × n
  double* errors;    // batch × chunks
  double* unsafe;    // batch × chunks
  double limit;
  const double* omega;  // null: a plain sweep
  const double* active;
  Index m, n, rows;
};

KERNEL scaling_rows(ScalingRows p) {
  __shared__ double scales[MAX_ROWS];
  __shared__ double errors[WARPS];
  __shared__ double unsafe[WARPS];
  Chunk at(p.m, p.rows, blockIdx.x);
  if (skipped(p.active, at.problem)) return;
  const double* v = p.v + at.problem * p.n;
  double omega = p.omega == 0 ? 1 : p.omega[at.problem];
  double error = 0;
  double bad = 0;
  Matrix kernel(p.kernel, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Row row = kernel[i];
    double mass = p.a[at.problem * p.m + i];
    double scaling = 1;
    bool adds = false;
    if (mass > 0) {
      double sum = 0;
      ROLLED for (Index j = lane(); j < p.n; j += WARP) sum += row.plain(j) * v[j];
      sum = warpSum(sum);
      double old = p.u[at.problem * p.m + i];
      error += fabs(old * sum - mass);
      scaling = relaxedScaling(old, mass / sum, omega);
      adds = safeScaling(scaling, p.limit);
      if (!adds) bad = 1;
    }
    if (lane() == 0) {
      p.next[at.problem * p.m + i] = scaling;
      scales[i - at.first] = adds ? scaling : 0;
    }
  }
  if (lane() == 0) {
    errors[warp()] = error;
    unsafe[warp()] = bad;
  }
  __syncthreads();
  Index block = at.part();
  if (threadIdx.x == 0) {
    double total = 0;
    double worst = 0;
    for (int w = 0; w < WARPS; w++) {
      total += errors[w];
      worst = fmax(worst, unsafe[w]);
    }
    p.errors[block] = total;
    p.unsafe[block] = worst;
  }
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    double sum = 0;
    ROLLED for (Index i = at.first; i < at.end; i++) {
      if (scales[i - at.first] != 0) {
        Row row = kernel[i];
        sum += scales[i - at.first] * row.plain(j);
      }
    }
    p.partials[block * p.n + j] = sum;
  }
}

struct ScalingSums {
  const double* sums;  // K v
  const double* a;
  const double* u;
  double* next;
  double* scales;      // ← the new scalings that are safe, else 0
  double* errors;
  double* unsafe;
  double limit;
  const double* omega;
  const double* active;
  Index m;
};

// What scaling_rows makes of a row's sum, where the sums are known; one block a problem.
KERNEL scaling_sums(ScalingSums p) {
  Index problem = blockIdx.x;
  if (skipped(p.active, problem)) return;
  double omega = p.omega == 0 ? 1 : p.omega[problem];
  double error = 0;
  double bad = 0;
  ROLLED for (Index i = threadIdx.x; i < p.m; i += blockDim.x) {
    Index k = problem * p.m + i;
    double mass = p.a[k];
    double scaling = 1;
    bool adds = false;
    if (mass > 0) {
      error += fabs(p.u[k] * p.sums[k] - mass);
      scaling = relaxedScaling(p.u[k], mass / p.sums[k], omega);
      adds = safeScaling(scaling, p.limit);
      if (!adds) bad = 1;
    }
    p.next[k] = scaling;
    p.scales[k] = adds ? scaling : 0;
  }
  error = blockSum(error);
  bad = blockMax(bad);
  if (threadIdx.x == 0) {
    p.errors[problem] = error;
    p.unsafe[problem] = bad;
  }
}

struct ScalingColumns {
  double* u;
  double* v;
  const double* b;
  double* totals;         // the columns' sums; left with the new scalings
  const double* next;
  const double* unsafe;
  Index chunks;
  double limit;
  const double* omega;
  double* columnError;
  double* sweeps;
  double* stale;
  const double* going;
  Index m, n;
};

KERNEL scaling_columns(ScalingColumns p) {
  Index problem = blockIdx.x;
  if (p.going[problem] == 0) return;
  double omega = p.omega == 0 ? 1 : p.omega[problem];
  double error = 0;
  double bad = 0;
  ROLLED for (Index c = threadIdx.x; c < p.chunks; c += blockDim.x) {
    bad = fmax(bad, p.unsafe[problem * p.chunks + c]);
  }
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    Index k = problem * p.n + j;
    double mass = p.b[k];
    double scaling = mass > 0 ? mass / p.totals[k] : 1;
    if (omega != 1 && mass > 0) {
      scaling = relaxedScaling(p.v[k], scaling, omega);
      error += fabs(scaling * p.totals[k] - mass);
    }
    p.totals[k] = scaling;
    if (!safeScaling(scaling, p.limit)) bad = 1;
  }
  bad = blockMax(bad);
  if (bad != 0) {
    if (threadIdx.x == 0) p.stale[problem] = 1;
    return;
  }
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    p.v[problem * p.n + j] = p.totals[problem * p.n + j];
  }
  ROLLED for (Index i = threadIdx.x; i < p.m; i += blockDim.x) {
    p.u[problem * p.m + i] = p.next[problem * p.m + i];
  }
  error = blockSum(error);
  if (threadIdx.x == 0) {
    p.sweeps[problem] += 1;
    if (p.columnError != 0) p.columnError[problem] = error;
  }
}

struct SemidualRows {
  Source plan;
  double* f;
  const double* a;
  double* partials;  // batch × chunks × n
  double* duals;     // batch × chunks
  double* stored;    // m×n ← the plan, or null
  const double* active;
  Index m, n, rows;
};

KERNEL semidual_rows(SemidualRows p) {
  __shared__ double scales[MAX_ROWS];
  __shared__ double used[MAX_ROWS];
  __shared__ double duals[WARPS];
  Chunk at(p.m, p.rows, blockIdx.x);
  if (skipped(p.active, at.problem)) return;
  double epsilon = p.plan.epsilon[at.problem];
  double dual = 0;
  Matrix plan(p.plan, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Row row = plan[i];
    double mass = p.a[at.problem * p.m + i];
    SafeRow safe(row, mass, epsilon);
    double scale = safe.potential > -INFINITE ? mass / safe.sum : 0;
    if (scale > 0) dual += mass * safe.potential;
    if (lane() == 0) {
      p.f[at.problem * p.m + i] = safe.potential;
      scales[i - at.first] = scale;
      used[i - at.first] = safe.used;
    }
  }
  if (lane() == 0) duals[warp()] = dual;
  __syncthreads();
  Index block = at.part();
  if (threadIdx.x == 0) {
    double total = 0;
    for (int w = 0; w < WARPS; w++) total += duals[w];
    p.duals[block] = total;
  }
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    double sum = 0;
    ROLLED for (Index i = at.first; i < at.end; i++) {
      double value = 0;
      if (scales[i - at.first] > 0) {
        Row row = plan[i];
        value = scales[i - at.first] * row.gibbs(j, used[i - at.first]);
        sum += value;
      }
      if (p.stored != 0) p.stored[(at.problem * p.m + i) * p.n + j] = value;
    }
    p.partials[block * p.n + j] = sum;
  }
}

struct SemidualColumns {
  const double* g;
  const double* b;
  const double* columnSums;
  const double* duals;
  Index chunks;
  double* value;
  double* residual;
  const double* active;
  Index n;
};

KERNEL semidual_columns(SemidualColumns p) {
  Index problem = blockIdx.x;
  if (skipped(p.active, problem)) return;
  double dual = 0;
  double error = 0;
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    Index k = problem * p.n + j;
    error += fabs(p.columnSums[k] - p.b[k]);
    if (p.b[k] > 0) dual += p.b[k] * p.g[k];
  }
  dual = blockSum(dual);
  error = blockSum(error);
  if (threadIdx.x == 0) {
    double rows = 0;
    ROLLED for (Index c = 0; c < p.chunks; c++) rows += p.duals[problem * p.chunks + c];
    p.value[problem] = rows + dual;
    p.residual[problem] = error;
  }
}
