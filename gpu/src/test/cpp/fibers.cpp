// Runs the blocks of a kernel one after the other, each thread of a block as a fiber.
//
// The device does one thing at a time: its state is plain static storage behind one lock, and so is
// a kernel's shared memory. A lane that waits hands over to the next lane of its warp; the scheduler
// only goes from warp to warp.
#include "emulator.h"

#include "cuda_on_cpu.h"

#undef threadIdx
#undef blockIdx
#undef blockDim
#undef gridDim

#ifndef __x86_64__
#error "the switch between fibers is written for x86-64"
#endif

extern "C" __attribute__((visibility("hidden"))) void emulated_switch(void** save, void* to);
asm(R"(
.text
.globl emulated_switch
.hidden emulated_switch
.type emulated_switch, @function
emulated_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulated_switch, .-emulated_switch
)");

namespace {

constexpr unsigned kLanes = 32;
constexpr unsigned kThreads = 1024;
// Not a power of two: the tops of all stacks would lie in the same few lines of a cache.
constexpr size_t kStack = 64 * 1024 + 9 * 64;

struct Warp {
  uint64_t values[2][kLanes];
  void* sp[kLanes];   // null: not begun
  uint32_t all;       // its lanes
  uint32_t ready;     // neither done nor at the block's barrier
  uint32_t waiting;   // at the block's barrier
  uint32_t arrived;   // in a shuffle
  unsigned phase;
  unsigned first;     // the thread that is lane 0
};

std::mutex device;
std::unique_ptr<char[]> stacks;
Warp warps[kThreads / kLanes];
Warp* warp;        // the one that runs
unsigned current;  // the lane that runs
void* scheduler;
void (*function)(const void*);
const void* parameters;
const char* name;

[[noreturn]] void stuck(const char* what) {
  std::fprintf(stderr, "emulator: kernel %s: %s\n", name, what);
  std::abort();
}

void body();

void* stackOf(unsigned thread) {
  uintptr_t top = reinterpret_cast<uintptr_t>(stacks.get() + (thread + 1) * kStack);
  void** sp = reinterpret_cast<void**>(top & ~uintptr_t(15)) - 2;
  *sp = reinterpret_cast<void*>(&body);
  return sp - 6;
}

// The next lane, in a circle, that can run; there is one.
inline unsigned next() {
  uint32_t behind = warp->ready & (~uint32_t(1) << current);
  return static_cast<unsigned>(__builtin_ctz(behind != 0 ? behind : warp->ready));
}

inline void run(unsigned lane) {
  current = lane;
  emulated_thread.x = warp->first + lane;
}

// The running lane hands over, for good or until it is its turn again.
inline void pause() {
  void** save = &warp->sp[current];
  if (warp->ready == 0) {
    emulated_switch(save, scheduler);
    return;
  }
  unsigned lane = next();
  if (lane == current) return;
  run(lane);
  if (warp->sp[lane] == nullptr) warp->sp[lane] = stackOf(warp->first + lane);
  emulated_switch(save, warp->sp[lane]);
}

// Runs a thread, and then on the same stack those of its warp that have not begun.
void body() {
  while (true) {
    function(parameters);
    warp->ready &= ~(uint32_t(1) << current);
    // A fiber that is done is never resumed; its stack goes on with one that has not begun.
    if (warp->ready == 0 || warp->sp[next()] != nullptr) pause();
    unsigned lane = next();
    warp->sp[lane] = warp->sp[current];
    run(lane);
  }
}

// Runs a warp until all its lanes are done or at the barrier.
void runWarp(unsigned index) {
  warp = warps + index;
  if (warp->ready == 0) return;
  run(static_cast<unsigned>(__builtin_ctz(warp->ready)));
  if (warp->sp[current] == nullptr) warp->sp[current] = stackOf(warp->first + current);
  emulated_switch(&scheduler, warp->sp[current]);
}

void runBlock(unsigned count) {
  while (true) {
    for (unsigned w = 0; w < count; w++) runWarp(w);
    bool wait = false;
    bool done = false;
    for (unsigned w = 0; w < count; w++) {
      wait = wait || warps[w].waiting != 0;
      done = done || warps[w].waiting != warps[w].all;
    }
    if (!wait) return;
    if (done) stuck("some threads ended while others wait at __syncthreads");
    for (unsigned w = 0; w < count; w++) {
      warps[w].ready = warps[w].all;
      warps[w].waiting = 0;
    }
  }
}

}  // namespace

void runKernel(const Kernel& kernel, const void* arguments, unsigned blocks, unsigned threads) {
  std::lock_guard<std::mutex> lock(device);
  if (stacks == nullptr) stacks.reset(new char[kThreads * kStack]);
  function = kernel.function;
  parameters = arguments;
  name = kernel.name.c_str();
  emulated_threads.x = threads;
  emulated_blocks.x = blocks;
  unsigned count = threads / kLanes;
  for (unsigned b = 0; b < blocks; b++) {
    emulated_block.x = b;
    for (unsigned w = 0; w < count; w++) {
      std::memset(warps[w].sp, 0, sizeof warps[w].sp);
      warps[w].all = warps[w].ready = ~uint32_t(0);
      warps[w].waiting = 0;
      warps[w].arrived = 0;
      warps[w].first = w * kLanes;
    }
    runBlock(count);
  }
}

extern "C" {

EmulatedIndex emulated_thread, emulated_block;
EmulatedIndex emulated_threads = {1, 1, 1}, emulated_blocks = {1, 1, 1};

void emulated_barrier() {
  uint32_t mine = uint32_t(1) << current;
  warp->ready &= ~mine;
  warp->waiting |= mine;
  pause();
}

static inline const uint64_t* meet(uint64_t value) {
  Warp& mine = *warp;
  unsigned phase = mine.phase;
  mine.values[phase % 2][current] = value;
  if (++mine.arrived == kLanes) {
    mine.arrived = 0;
    mine.phase++;
  } else {
    pause();
    if (mine.phase == phase) {
      stuck("some lanes of a warp wait in a shuffle that the others never reach");
    }
  }
  return mine.values[phase % 2];
}

uint64_t emulated_shuffle(uint64_t value, unsigned from) { return meet(value)[from]; }

uint32_t emulated_ballot(int vote) {
  const uint64_t* votes = meet(vote != 0);
  uint32_t all = 0;
  for (unsigned lane = 0; lane < kLanes; lane++) {
    all |= static_cast<uint32_t>(votes[lane]) << lane;
  }
  return all;
}
}
