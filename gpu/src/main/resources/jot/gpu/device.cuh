// What every kernel stands on: sizes, sums in a fixed order, exp as the reference backend has it.
//
// A kernel takes one struct by value whose fields are all of 8 bytes, in the order in which the
// host writes them. Blocks are flat: block b works on problem b / (blocks a problem has).

typedef long long Index;

#define KERNEL extern "C" __global__ void
#define WARP 32
// Rows kernels run with so many threads, one warp a row, and take at most MAX_ROWS rows a block.
#define WARPS 4
#define MAX_ROWS 64
// All others run with so many threads at most.
#define WIDE 256

// Loops over a row or a chunk are long and their bodies are large: unrolled they would only be slow
// to compile. Many warps hide the latency.
#define ROLLED _Pragma("unroll 1")

#define INFINITE __longlong_as_double(0x7ff0000000000000LL)
// The smallest normal number: what is below it counts as 0, on every backend.
#define NORMAL __longlong_as_double(0x0010000000000000LL)
// Below this a sum may have lost entries to underflow: it is made again with the maximum out.
#define TINY 1e-200
#define ALL_LANES 0xffffffffu

__device__ inline Index lane() { return threadIdx.x % WARP; }

__device__ inline Index warp() { return threadIdx.x / WARP; }

__device__ inline double flushedExp(double x) {
  double e = exp(x);
  return e < NORMAL ? 0.0 : e;
}

// Whether a problem takes part: no mask means all do.
__device__ inline bool skipped(const double* active, Index problem) {
  return active != 0 && active[problem] == 0;
}

// The sum over a warp, in every lane: a tree of fixed shape, so always the same bits.
__device__ inline double warpSum(double x) {
  for (int step = WARP / 2; step > 0; step /= 2) x += __shfl_xor_sync(ALL_LANES, x, step);
  return x;
}

__device__ inline double warpMax(double x) {
  for (int step = WARP / 2; step > 0; step /= 2) {
    x = fmax(x, __shfl_xor_sync(ALL_LANES, x, step));
  }
  return x;
}

__device__ inline double warpMin(double x) { return -warpMax(-x); }

// The largest value and the smallest of its places, in every lane.
__device__ inline void warpArgMax(double& value, Index& at) {
  for (int step = WARP / 2; step > 0; step /= 2) {
    double other = __shfl_xor_sync(ALL_LANES, value, step);
    Index place = __shfl_xor_sync(ALL_LANES, at, step);
    if (other > value || (other == value && place < at)) {
      value = other;
      at = place;
    }
  }
}

// The sum over a block of whole warps, in every thread; all threads must come.
__device__ inline double blockSum(double x) {
  __shared__ double sums[WIDE / WARP];
  x = warpSum(x);
  if (lane() == 0) sums[warp()] = x;
  __syncthreads();
  double total = 0;
  for (unsigned w = 0; w < blockDim.x / WARP; w++) total += sums[w];
  __syncthreads();
  return total;
}

__device__ inline double blockMax(double x) {
  __shared__ double tops[WIDE / WARP];
  x = warpMax(x);
  if (lane() == 0) tops[warp()] = x;
  __syncthreads();
  double top = tops[0];
  for (unsigned w = 1; w < blockDim.x / WARP; w++) top = fmax(top, tops[w]);
  __syncthreads();
  return top;
}

__device__ inline double blockMin(double x) { return -blockMax(-x); }

// The rows of a problem that a block works on.
struct Chunk {
  Index chunks, problem, chunk, first, end;
  __device__ Chunk(Index m, Index rows, Index block) {
    chunks = (m + rows - 1) / rows;
    problem = block / chunks;
    chunk = block % chunks;
    first = chunk * rows;
    end = first + rows < m ? first + rows : m;
  }
  // Where the block's own number or vector lies among those of all chunks.
  __device__ Index part() const { return problem * chunks + chunk; }
};

// Some columns of a chunk, as many as the block has threads.
struct ColumnBlock {
  Index tiles;
  Chunk at;
  Index j;
  __device__ ColumnBlock(Index m, Index n, Index rows)
      : tiles((n + blockDim.x - 1) / blockDim.x),
        at(m, rows, blockIdx.x / tiles),
        j(blockIdx.x % tiles * blockDim.x + threadIdx.x) {}
};

// The number that a thread works on where each has one of its own.
__device__ inline Index flat() { return (Index)blockIdx.x * blockDim.x + threadIdx.x; }

// Numbers that are F32 where `narrow` is not 0, else F64.
__device__ inline double load(const void* x, Index narrow, Index k) {
  return narrow ? ((const float*)x)[k] : ((const double*)x)[k];
}

__device__ inline void store(void* x, Index narrow, Index k, double value) {
  if (narrow) {
    ((float*)x)[k] = (float)value;
  } else {
    ((double*)x)[k] = value;
  }
}
