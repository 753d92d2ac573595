// A cost before work: bad entries, range, and the anchors that save digits.

struct InspectRows {
  Source cost;
  const double* a;
  const double* b;
  double* rowAnchor;
  double* bad;       // batch × chunks: flat index of the first bad entry, or −1
  double* largest;   // batch × chunks
  double* blocked;   // batch × chunks: the first row with mass and no finite cost, or −1
  Index m, n, rows;
};

KERNEL inspect_rows(InspectRows p) {
  __shared__ double bads[WARPS];
  __shared__ double largests[WARPS];
  __shared__ double blockeds[WARPS];
  Chunk at(p.m, p.rows, blockIdx.x);
  const double* b = p.b + at.problem * p.n;
  double bad = INFINITE;
  double largest = 0;
  double blocked = INFINITE;
  Matrix cost(p.cost, at.problem, p.m, p.n);
  ROLLED for (Index i = at.first + warp(); i < at.end; i += WARPS) {
    Row row = cost[i];
    double first = INFINITE;
    double least = INFINITE;
    ROLLED for (Index j = lane(); j < p.n; j += WARP) {
      double value = row.plain(j);
      if (!(value > -INFINITE)) first = fmin(first, (double)(i * p.n + j));
      if (fabs(value) < INFINITE) largest = fmax(largest, fabs(value));
      if (b[j] > 0 && value < least) least = value;
    }
    bad = fmin(bad, warpMin(first));
    least = warpMin(least);
    if (least == INFINITE && p.a[at.problem * p.m + i] > 0) blocked = fmin(blocked, (double)i);
    if (lane() == 0) p.rowAnchor[at.problem * p.m + i] = least;
  }
  largest = warpMax(largest);
  if (lane() == 0) {
    bads[warp()] = bad;
    largests[warp()] = largest;
    blockeds[warp()] = blocked;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int w = 1; w < WARPS; w++) {
      bad = fmin(bad, bads[w]);
      largest = fmax(largest, largests[w]);
      blocked = fmin(blocked, blockeds[w]);
    }
    p.bad[at.part()] = bad < INFINITE ? bad : -1;
    p.largest[at.part()] = largest;
    p.blocked[at.part()] = blocked < INFINITE ? blocked : -1;
  }
}

struct InspectColumns {
  Source cost;
  const double* a;
  const double* rowAnchor;
  double* low;   // batch × chunks × n: of the cost less its row minima
  double* high;
  Index m, n, rows;
};

KERNEL inspect_columns(InspectColumns p) {
  ColumnBlock block(p.m, p.n, p.rows);
  if (block.j >= p.n) return;
  Index problem = block.at.problem;
  double low = INFINITE;
  double high = -INFINITE;
  Matrix cost(p.cost, problem, p.m, p.n);
  ROLLED for (Index i = block.at.first; i < block.at.end; i++) {
    double least = p.rowAnchor[problem * p.m + i];
    if (least < INFINITE && p.a[problem * p.m + i] > 0) {
      Row row = cost[i];
      double value = row.plain(block.j) - least;
      if (value < INFINITE) {
        low = fmin(low, value);
        high = fmax(high, value);
      }
    }
  }
  p.low[block.at.part() * p.n + block.j] = low;
  p.high[block.at.part() * p.n + block.j] = high;
}

struct InspectDecide {
  const double* a;
  const double* b;
  const double* bad;
  const double* largest;
  const double* blocked;
  const double* low;
  const double* high;
  Index chunks;
  double* rowAnchor;
  double* columnAnchor;
  double* facts;  // batch × 6, in the order of Session.Facts
  Index m, n;
};

// Anchors pay when the shift is this many times the range: three bits of the exponent.
#define ANCHOR_FACTOR 8

__device__ inline double firstOf(const double* parts, Index problem, Index chunks) {
  ROLLED for (Index c = 0; c < chunks; c++) {
    if (parts[problem * chunks + c] >= 0) return parts[problem * chunks + c];
  }
  return -1;
}

KERNEL inspect_decide(InspectDecide p) {
  Index problem = blockIdx.x;
  double range = 0;
  double shift = 0;
  double blocked = INFINITE;
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    double least = INFINITE;
    double most = -INFINITE;
    ROLLED for (Index c = 0; c < p.chunks; c++) {
      least = fmin(least, p.low[(problem * p.chunks + c) * p.n + j]);
      most = fmax(most, p.high[(problem * p.chunks + c) * p.n + j]);
    }
    bool finite = least < INFINITE;
    if (p.b[problem * p.n + j] > 0) {
      if (finite) {
        range = fmax(range, most - least);
        shift = fmax(shift, fabs(least));
      } else {
        blocked = fmin(blocked, (double)j);
      }
    }
    p.columnAnchor[problem * p.n + j] = finite ? least : 0;
  }
  ROLLED for (Index i = threadIdx.x; i < p.m; i += blockDim.x) {
    double least = p.rowAnchor[problem * p.m + i];
    if (least < INFINITE) {
      shift = fmax(shift, fabs(least));
    } else {
      p.rowAnchor[problem * p.m + i] = 0;
    }
  }
  range = blockMax(range);
  shift = blockMax(shift);
  blocked = blockMin(blocked);
  bool anchored = shift > ANCHOR_FACTOR * range;
  if (!anchored) {
    ROLLED for (Index i = threadIdx.x; i < p.m; i += blockDim.x) p.rowAnchor[problem * p.m + i] = 0;
    ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
      p.columnAnchor[problem * p.n + j] = 0;
    }
  }
  if (threadIdx.x == 0) {
    double largest = 0;
    ROLLED for (Index c = 0; c < p.chunks; c++) {
      largest = fmax(largest, p.largest[problem * p.chunks + c]);
    }
    double* facts = p.facts + problem * 6;
    facts[0] = firstOf(p.bad, problem, p.chunks);
    facts[1] = largest;
    facts[2] = range;
    facts[3] = anchored ? range : largest;
    facts[4] = firstOf(p.blocked, problem, p.chunks);
    facts[5] = blocked < INFINITE ? blocked : -1;
  }
}
