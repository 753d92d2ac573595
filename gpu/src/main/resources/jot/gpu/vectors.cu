// Vectors, and matrices as long vectors. One thread a number, or one block a problem to add up.

__device__ inline double ratio(const double* p, const double* q, Index problem) {
  return q[problem] == 0 ? 0 : p[problem] / q[problem];
}

struct Fill {
  double* x;
  double value;
  const double* active;
  Index count, batch;
};

KERNEL fill(Fill p) {
  Index k = flat();
  if (k < p.count * p.batch && !skipped(p.active, k / p.count)) p.x[k] = p.value;
}

struct Convert {
  const void* from;
  Index fromNarrow;
  void* to;
  Index toNarrow;
  const double* active;
  Index count, batch;
};

KERNEL convert(Convert p) {
  Index k = flat();
  if (k < p.count * p.batch && !skipped(p.active, k / p.count)) {
    store(p.to, p.toNarrow, k, load(p.from, p.fromNarrow, k));
  }
}

struct Multiply {
  const double* x;
  const double* y;
  double* out;
  const double* active;
  Index count, batch;
};

KERNEL multiply(Multiply p) {
  Index k = flat();
  if (k < p.count * p.batch && !skipped(p.active, k / p.count)) p.out[k] = p.x[k] * p.y[k];
}

struct Reciprocal {
  const double* x;
  double* out;
  const double* active;
  Index count, batch;
};

KERNEL reciprocal(Reciprocal p) {
  Index k = flat();
  if (k < p.count * p.batch && !skipped(p.active, k / p.count)) {
    p.out[k] = p.x[k] > 0 ? 1 / p.x[k] : 0;
  }
}

struct Axpy {
  double s;
  const double* p;
  const double* q;
  const double* x;
  double* y;
  const double* active;
  Index count, batch;
};

// y ← y + s·(p/q)·x
KERNEL axpy(Axpy p) {
  Index k = flat();
  if (k < p.count * p.batch && !skipped(p.active, k / p.count)) {
    p.y[k] += p.s * ratio(p.p, p.q, k / p.count) * p.x[k];
  }
}

// y ← x + (p/q)·y; s is not used
KERNEL xpay(Axpy p) {
  Index k = flat();
  if (k < p.count * p.batch && !skipped(p.active, k / p.count)) {
    p.y[k] = p.x[k] + ratio(p.p, p.q, k / p.count) * p.y[k];
  }
}

struct KeepAbove {
  const double* value;
  double factor;
  const double* reference;
  double* active;
  Index batch;
};

KERNEL keep_above(KeepAbove p) {
  Index k = flat();
  if (k < p.batch && !(p.value[k] > p.factor * p.reference[k])) p.active[k] = 0;
}

struct Absorb {
  double* scaling;
  const double* epsilon;
  double* potential;
  const double* active;
  Index count, batch;
};

KERNEL absorb(Absorb p) {
  Index k = flat();
  if (k < p.count * p.batch && !skipped(p.active, k / p.count)) {
    p.potential[k] += p.epsilon[k / p.count] * log(p.scaling[k]);
    p.scaling[k] = 1;
  }
}

struct ScaleColumns {
  double* g;
  const double* epsilon;
  const double* b;
  const double* sums;
  const double* active;
  Index count, batch;
};

KERNEL scale_columns(ScaleColumns p) {
  Index k = flat();
  if (k < p.count * p.batch && !skipped(p.active, k / p.count) && p.b[k] > 0 && p.sums[k] > 0) {
    double quotient = fmin(fmax(p.b[k] / p.sums[k], 4.9e-324), 1.7976931348623157e308);
    p.g[k] += p.epsilon[k / p.count] * log(quotient);
  }
}

// ---- one block a problem ----

struct Reduce {
  const double* x;
  const double* y;
  double* out;
  const double* active;
  Index count;
};

KERNEL dot(Reduce p) {
  Index problem = blockIdx.x;
  if (skipped(p.active, problem)) return;
  double sum = 0;
  for (Index k = threadIdx.x; k < p.count; k += blockDim.x) {
    sum += p.x[problem * p.count + k] * p.y[problem * p.count + k];
  }
  sum = blockSum(sum);
  if (threadIdx.x == 0) p.out[problem] = sum;
}

// NaN where any is: fmax alone would drop it.
KERNEL max_abs(Reduce p) {
  Index problem = blockIdx.x;
  if (skipped(p.active, problem)) return;
  double largest = 0;
  double bad = 0;
  for (Index k = threadIdx.x; k < p.count; k += blockDim.x) {
    double size = fabs(p.x[problem * p.count + k]);
    if (size != size) bad = 1;
    largest = fmax(largest, size);
  }
  largest = blockMax(largest);
  bad = blockMax(bad);
  if (threadIdx.x == 0) p.out[problem] = bad != 0 ? INFINITE - INFINITE : largest;
}

struct Center {
  double* x;
  const double* weight;
  double* mean;
  Index count;
};

KERNEL center(Center p) {
  Index problem = blockIdx.x;
  double sum = 0;
  double entries = 0;
  for (Index k = threadIdx.x; k < p.count; k += blockDim.x) {
    if (p.weight[problem * p.count + k] > 0) {
      sum += p.x[problem * p.count + k];
      entries += 1;
    }
  }
  sum = blockSum(sum);
  entries = blockSum(entries);
  double average = entries == 0 ? 0 : sum / entries;
  for (Index k = threadIdx.x; k < p.count; k += blockDim.x) {
    p.x[problem * p.count + k] -= average;
  }
  if (threadIdx.x == 0) p.mean[problem] = average;
}

// ---- partial sums ----

struct Combine {
  const double* partials;  // batch × chunks × width
  Index chunks, width;
  double* out;             // batch × width
  double factor;           // out ← factor·Σ
  const double* scale;     // and + scale·added where these are given
  const double* added;
  const double* active;
  Index batch;
};

// The vectors of all chunks, in their order.
KERNEL combine(Combine p) {
  Index k = flat();
  if (k >= p.batch * p.width || skipped(p.active, k / p.width)) return;
  Index problem = k / p.width;
  Index j = k % p.width;
  double sum = 0;
  for (Index c = 0; c < p.chunks; c++) sum += p.partials[(problem * p.chunks + c) * p.width + j];
  sum *= p.factor;
  if (p.added != 0) sum += p.scale[problem] * p.added[k];
  p.out[k] = sum;
}

// As combine, onto what is there.
KERNEL combine_add(Combine p) {
  Index k = flat();
  if (k >= p.batch * p.width) return;
  double sum = 0;
  for (Index c = 0; c < p.chunks; c++) {
    sum += p.partials[(k / p.width * p.chunks + c) * p.width + k % p.width];
  }
  p.out[k] += p.factor * sum;
}

KERNEL combine_max(Combine p) {
  Index k = flat();
  if (k >= p.batch * p.width || skipped(p.active, k / p.width)) return;
  double top = -INFINITE;
  for (Index c = 0; c < p.chunks; c++) {
    top = fmax(top, p.partials[(k / p.width * p.chunks + c) * p.width + k % p.width]);
  }
  p.out[k] = top;
}

// ---- matrices ----

struct Transpose {
  const void* from;
  Index fromNarrow;
  void* to;
  Index toNarrow;
  const double* active;
  Index rows, columns, batch;  // of `from`
};

#define TILE 32

// A tile of 32×32 goes through shared memory, so that both sides are read and written in rows.
KERNEL transpose(Transpose p) {
  __shared__ double tile[TILE][TILE + 1];
  Index down = (p.rows + TILE - 1) / TILE;
  Index across = (p.columns + TILE - 1) / TILE;
  Index problem = blockIdx.x / (down * across);
  Index i0 = blockIdx.x / across % down * TILE;
  Index j0 = blockIdx.x % across * TILE;
  if (skipped(p.active, problem)) return;
  Index base = problem * p.rows * p.columns;
  for (Index r = warp(); r < TILE; r += WARPS) {
    Index i = i0 + r;
    Index j = j0 + lane();
    if (i < p.rows && j < p.columns) {
      tile[r][lane()] = load(p.from, p.fromNarrow, base + i * p.columns + j);
    }
  }
  __syncthreads();
  for (Index r = warp(); r < TILE; r += WARPS) {
    Index j = j0 + r;
    Index i = i0 + lane();
    if (i < p.rows && j < p.columns) {
      store(p.to, p.toNarrow, base + j * p.rows + i, tile[lane()][r]);
    }
  }
}

struct FindBad {
  const void* x;
  Index narrow;
  double* found;
  Index count;
};

// The first number that is not finite, or −1: one block a problem.
KERNEL find_non_finite(FindBad p) {
  Index problem = blockIdx.x;
  double first = INFINITE;
  for (Index k = threadIdx.x; k < p.count; k += blockDim.x) {
    double value = load(p.x, p.narrow, problem * p.count + k);
    if (!(fabs(value) < INFINITE)) {
      first = (double)k;
      break;
    }
  }
  first = blockMin(first);
  if (threadIdx.x == 0) p.found[problem] = first < INFINITE ? first : -1;
}

struct Weigh {
  const void* from;
  Index narrow;
  Index stride;  // from one problem's weights to the next: 0 where one vector serves all
  double* to;
  double* start;  // ← 0 where there is mass, −∞ elsewhere; or null
  double* bad;    // ← the first index that holds no weight, or −1
  double* mass;
  Index count;
};

KERNEL weigh(Weigh p) {
  Index problem = blockIdx.x;
  double first = INFINITE;
  double sum = 0;
  for (Index k = threadIdx.x; k < p.count; k += blockDim.x) {
    double weight = load(p.from, p.narrow, problem * p.stride + k);
    p.to[problem * p.count + k] = weight;
    if (p.start != 0) p.start[problem * p.count + k] = weight > 0 ? 0 : -INFINITE;
    if (!(weight >= 0 && weight < INFINITE)) first = fmin(first, (double)k);
    sum += weight;
  }
  first = blockMin(first);
  sum = blockSum(sum);
  if (threadIdx.x == 0) {
    p.bad[problem] = first < INFINITE ? first : -1;
    p.mass[problem] = sum;
  }
}
