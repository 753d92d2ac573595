// Compiles a .cu file for the CPU: threads are fibers, and warps and blocks meet as on a device.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

struct EmulatedIndex {
  unsigned x, y, z;
};

extern "C" {
// Where the running thread stands, set whenever another one goes on.
extern EmulatedIndex emulated_thread, emulated_block, emulated_threads, emulated_blocks;
void emulated_barrier();
// Every lane of the warp gives a value and receives that of another lane.
uint64_t emulated_shuffle(uint64_t value, unsigned from);
uint32_t emulated_ballot(int vote);
}

// A kernel has one caller, which the compiler puts it into.
#define __global__ inline
#define __device__
// Blocks run one after the other, so this is one copy a block.
#define __shared__ static

#define threadIdx emulated_thread
#define blockIdx emulated_block
#define blockDim emulated_threads
#define gridDim emulated_blocks

inline void __syncthreads() { emulated_barrier(); }

template <class T>
inline T __shfl_xor_sync(unsigned, T value, int mask) {
  static_assert(sizeof(T) <= 8, "a shuffle moves at most 8 bytes");
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = emulated_shuffle(bits, threadIdx.x % 32 ^ static_cast<unsigned>(mask));
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

inline unsigned __ballot_sync(unsigned, int vote) { return emulated_ballot(vote); }

inline int __popc(unsigned x) { return __builtin_popcount(x); }

inline double __longlong_as_double(long long bits) {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
