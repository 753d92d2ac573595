// What is read off a plan: its entries, sums, costs, and the entries above a threshold.

struct Materialise {
  Source source;
  void* out;
  Index narrow;
  const double* active;
  Index m, n, batch;
};

KERNEL materialise(Materialise p) {
  Index k = flat();
  Index problem = k / (p.m * p.n);
  if (problem >= p.batch || skipped(p.active, problem)) return;
  Matrix source(p.source, problem, p.m, p.n);
  Row row = source[k / p.n % p.m];
  store(p.out, p.narrow, k, entry(p.source, row, k % p.n));
}

struct Values {
  Source plan;
  double* partials;  // batch × chunks × 3
  Index m, n, rows;
};

// Σ P C, Σ P log P, Σ P over the entries with P ≠ 0.
KERNEL values(Values p) {
  __shared__ double sums[WARPS][3];
  Chunk at(p.m, p.rows, blockIdx.x);
  double sharp = 0;
  double entropy = 0;
  double mass = 0;
  Matrix plan(p.plan, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Row row = plan[i];
    double rowSharp = 0;
    double rowEntropy = 0;
    double rowMass = 0;
    ROLLED for (Index j = lane(); j < p.n; j += WARP) {
      double weight = row.gibbs(j, row.f);
      if (weight != 0) {
        rowSharp += weight * row.plain(j);
        rowEntropy += weight * row.exponent(j);
        rowMass += weight;
      }
    }
    sharp += warpSum(rowSharp);
    entropy += warpSum(rowEntropy);
    mass += warpSum(rowMass);
  }
  if (lane() == 0) {
    sums[warp()][0] = sharp;
    sums[warp()][1] = entropy;
    sums[warp()][2] = mass;
  }
  __syncthreads();
  if (threadIdx.x < 3) {
    double total = 0;
    for (int w = 0; w < WARPS; w++) total += sums[w][threadIdx.x];
    p.partials[at.part() * 3 + threadIdx.x] = total;
  }
}

struct Marginals {
  Source plan;
  double* rowSums;
  double* partials;  // batch × chunks × n
  Index m, n, rows;
};

KERNEL marginals(Marginals p) {
  Chunk at(p.m, p.rows, blockIdx.x);
  Matrix plan(p.plan, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Row row = plan[i];
    double sum = 0;
    ROLLED for (Index j = lane(); j < p.n; j += WARP) sum += entry(p.plan, row, j);
    sum = warpSum(sum);
    if (lane() == 0) p.rowSums[at.problem * p.m + i] = sum;
  }
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    double sum = 0;
    ROLLED for (Index i = at.first; i < at.end; i++) {
      Row row = plan[i];
      sum += entry(p.plan, row, j);
    }
    p.partials[at.part() * p.n + j] = sum;
  }
}

struct Above {
  Source source;
  double threshold;
  double* rowCounts;
  double* columns;  // null while counting
  double* values;
  Index room;       // of columns and values, a problem
  Index m, n, rows;
};

KERNEL count_above(Above p) {
  Chunk at(p.m, p.rows, blockIdx.x);
  Matrix source(p.source, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Row row = source[i];
    double count = 0;
    ROLLED for (Index j = lane(); j < p.n; j += WARP) {
      if (entry(p.source, row, j) >= p.threshold) count += 1;
    }
    count = warpSum(count);
    if (lane() == 0) p.rowCounts[at.problem * p.m + i] = count;
  }
}

// Row after row, and in a row column after column: a warp's lanes take their places by ballot.
KERNEL collect_above(Above p) {
  Chunk at(p.m, p.rows, blockIdx.x);
  Matrix source(p.source, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    double before = 0;
    ROLLED for (Index k = lane(); k < i; k += WARP) before += p.rowCounts[at.problem * p.m + k];
    Index place = at.problem * p.room + (Index)warpSum(before);
    Row row = source[i];
    ROLLED for (Index j0 = 0; j0 < p.n; j0 += WARP) {
      Index j = j0 + lane();
      double value = j < p.n ? entry(p.source, row, j) : -INFINITE;
      bool found = value >= p.threshold;
      unsigned all = __ballot_sync(ALL_LANES, found);
      if (found) {
        Index mine = place + __popc(all & ((1u << lane()) - 1));
        p.columns[mine] = (double)j;
        p.values[mine] = value;
      }
      place += __popc(all);
    }
  }
}
