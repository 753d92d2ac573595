// Runs the blocks of a kernel one after the other, each thread of a block as a fiber.
#include "emulator.h"

#include "cuda_on_cpu.h"

#undef threadIdx
#undef blockIdx
#undef blockDim
#undef gridDim

#ifndef __x86_64__
#error "the switch between fibers is written for x86-64"
#endif

extern "C" void emulated_switch(void** save, void* to);
asm(R"(
.text
.globl emulated_switch
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
constexpr size_t kStack = 64 * 1024;

struct Warp {
  uint64_t values[2][kLanes];
  unsigned lanes = 0;
  unsigned arrived = 0;
  unsigned phase = 0;
};

struct Fiber {
  EmulatedThread here;
  void* sp = nullptr;
  unsigned index = 0;
  bool done = false;
  bool waits = false;  // at the block's barrier
};

// The block that runs on this thread of the machine.
struct Block {
  std::vector<std::unique_ptr<char[]>> stacks;
  std::vector<Fiber> fibers;
  std::vector<Warp> warps;
  Fiber* current = nullptr;
  Fiber* end = nullptr;  // of the warp that runs
  void* scheduler = nullptr;
  void (*function)(const void*) = nullptr;
  const void* parameters = nullptr;
  const char* name = "";
};

// Reached often: a pointer in static storage of the thread is the cheapest.
__attribute__((tls_model("initial-exec"))) thread_local Block* running = nullptr;

void pause() { emulated_switch(&running->current->sp, running->scheduler); }

// Runs a thread, and then on the same stack those of its warp that have not begun.
void body() {
  while (true) {
    running->function(running->parameters);
    Fiber* fiber = running->current;
    fiber->done = true;
    Fiber* next = fiber + 1;
    if (next == running->end || next->sp != nullptr) break;
    next->sp = fiber->sp;  // never resumed before it pauses, which sets its own
    running->current = next;
  }
  pause();
  std::abort();  // a fiber that is done is never resumed
}

void prepare(Fiber& fiber, char* stack) {
  uintptr_t top = (reinterpret_cast<uintptr_t>(stack) + kStack) & ~uintptr_t(15);
  void** sp = reinterpret_cast<void**>(top) - 2;
  *sp = reinterpret_cast<void*>(&body);
  fiber.sp = sp - 6;
}

[[noreturn]] void stuck(const Block& block, const char* what) {
  std::fprintf(stderr, "emulator: kernel %s: %s\n", block.name, what);
  std::abort();
}

// Runs a warp until all its lanes are done or at the barrier.
void runWarp(Block& block, unsigned warp, unsigned threads) {
  unsigned first = warp * kLanes;
  unsigned end = std::min(first + kLanes, threads);
  block.end = block.fibers.data() + end;
  while (true) {
    bool open = false;
    unsigned phase = block.warps[warp].phase;
    bool progress = false;
    for (unsigned t = first; t < end; t++) {
      Fiber& fiber = block.fibers[t];
      if (fiber.done || fiber.waits) continue;
      if (fiber.sp == nullptr) prepare(fiber, block.stacks[t].get());
      block.current = &fiber;
      emulated_switch(&block.scheduler, fiber.sp);
      progress = progress || fiber.done || fiber.waits;
      open = open || (!fiber.done && !fiber.waits);
    }
    if (!open) return;
    if (!progress && phase == block.warps[warp].phase) {
      stuck(block, "some lanes of a warp wait in a shuffle that the others never reach");
    }
  }
}

void runBlock(Block& block, unsigned threads) {
  while (true) {
    for (unsigned warp = 0; warp * kLanes < threads; warp++) runWarp(block, warp, threads);
    unsigned done = 0;
    for (unsigned t = 0; t < threads; t++) done += block.fibers[t].done;
    if (done == threads) return;
    if (done != 0) stuck(block, "some threads ended while others wait at __syncthreads");
    for (unsigned t = 0; t < threads; t++) block.fibers[t].waits = false;
  }
}

}  // namespace

void runKernel(const Kernel& kernel, const void* parameters, unsigned blocks, unsigned threads) {
  static thread_local Block block;
  running = &block;
  block.function = kernel.function;
  block.parameters = parameters;
  block.name = kernel.name.c_str();
  while (block.stacks.size() < threads) block.stacks.emplace_back(new char[kStack]);
  block.fibers.resize(threads);
  block.warps.assign((threads + kLanes - 1) / kLanes, Warp());
  for (unsigned b = 0; b < blocks; b++) {
    for (unsigned t = 0; t < threads; t++) {
      Fiber& fiber = block.fibers[t];
      fiber.index = t;
      fiber.here = {{t, 0, 0}, {b, 0, 0}, {threads, 1, 1}, {blocks, 1, 1}};
      fiber.sp = nullptr;
      fiber.done = false;
      fiber.waits = false;
    }
    for (unsigned w = 0; w < block.warps.size(); w++) {
      block.warps[w].lanes = std::min(kLanes, threads - w * kLanes);
      block.warps[w].arrived = 0;
    }
    runBlock(block, threads);
  }
}

extern "C" {

EmulatedThread* emulated_here() { return &running->current->here; }

void emulated_barrier() {
  running->current->waits = true;
  pause();
}

static const uint64_t* meet(uint64_t value) {
  Block& block = *running;
  unsigned lane = block.current->index % kLanes;
  Warp& warp = block.warps[block.current->index / kLanes];
  unsigned phase = warp.phase;
  warp.values[phase % 2][lane] = value;
  if (++warp.arrived == warp.lanes) {
    warp.arrived = 0;
    warp.phase++;
  }
  while (warp.phase == phase) pause();
  // After a pause another thread of the block may be the current one: nothing of it is kept here.
  return warp.values[phase % 2];
}

uint64_t emulated_shuffle(uint64_t value, unsigned from) { return meet(value)[from]; }

uint32_t emulated_ballot(int vote) {
  unsigned lanes = running->warps[running->current->index / kLanes].lanes;
  const uint64_t* votes = meet(vote != 0);
  uint32_t all = 0;
  for (unsigned lane = 0; lane < lanes; lane++) all |= static_cast<uint32_t>(votes[lane]) << lane;
  return all;
}
}
