// A device that keeps the contract of CUDA's libraries in host memory, and says who breaks it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))

// ---- statuses of the libraries ----

enum {
  kSuccess = 0,
  kInvalidValue = 1,
  kOutOfMemory = 2,
  kCaptureInvalid = 900,
  kCublasNotInitialized = 1,
  kCublasInvalid = 7,
  kCusolverInvalid = 3,
};

// ---- control.cpp: calls, faults, violations ----

// Counts a call; not 0 when it is to fail with that status.
int enter(const char* function);
// The status that an operation in a stream is to fail with, or 0.
int enterAsynchronous();
// The info that a Cholesky factorisation is to report, or 0 for its own.
int enterPivot();
void violation(const std::string& what);
void countCopy(int kind, size_t bytes);
void countPageable();
void countSynchronisation();
void created(const char* kind);
void destroyed(const char* kind);

#define ENTER(function)             \
  if (int status_ = enter(function)) { \
    return status_;                 \
  }

// ---- memory.cpp ----

// What lies at the address: a live device allocation of at least so many bytes from there.
bool isDevice(const void* address);
bool isLive(const void* address, size_t bytes);
// Where the device itself sees an address that the host must not touch.
void* onDevice(const void* address);
bool isPinned(const void* address, size_t bytes);

// ---- streams.cpp ----

struct Operation {
  std::function<void()> run;
  // What the host must not rely on until the operation has run is destroyed when it is issued.
  std::function<void()> issued;
  const void* host = nullptr;
  size_t hostBytes = 0;
  int copies = 0;  // the kind of copy that it is, or 0
  size_t copiedBytes = 0;
};

struct Stream;
// In order, when somebody waits; or into the graph that the stream is recording.
int enqueue(Stream* stream, Operation operation);
bool known(Stream* stream);
// Whether what is issued there goes into a graph.
bool recording(Stream* stream);
int synchronise(Stream* stream);
int synchroniseAll();
bool inFlight(const void* host, size_t bytes);

// ---- driver.cpp and fibers.cpp ----

struct Kernel {
  std::string name;
  void (*function)(const void*) = nullptr;
  size_t parameterBytes = 0;
};

void runKernel(const Kernel& kernel, const void* parameters, unsigned blocks, unsigned threads);
