// What a test sees and sets: counts of calls, copies and objects; faults; broken contracts.
#include "emulator.h"

namespace {

struct Fault {
  // or "*", any call; "asynchronous", an operation in a stream; "pivot", a Cholesky factorisation
  std::string function;
  long after;
  int status;
  bool forGood;
};

std::mutex mutex;
std::map<std::string, long> calls;
std::map<std::string, long> live;
std::vector<Fault> faults;
std::vector<std::string> violations;
long copiedBytes[5];
long pageableCopies;
long synchronisations;
long total;
int lost;  // the status of every call since the device was lost

int fault(const std::string& function, bool asynchronous) {
  for (auto at = faults.begin(); at != faults.end(); ++at) {
    bool meant = at->function == function || (at->function == "*" && !asynchronous);
    if (meant && --at->after == 0) {
      int status = at->status;
      if (at->forGood) lost = status;
      faults.erase(at);
      return status;
    }
  }
  return lost;
}

}  // namespace

int enter(const char* function) {
  std::lock_guard<std::mutex> lock(mutex);
  calls[function]++;
  total++;
  return fault(function, false);
}

int enterAsynchronous() {
  std::lock_guard<std::mutex> lock(mutex);
  return fault("asynchronous", true);
}

int enterPivot() {
  std::lock_guard<std::mutex> lock(mutex);
  for (auto at = faults.begin(); at != faults.end(); ++at) {
    if (at->function == "pivot" && --at->after == 0) {
      int info = at->status;
      faults.erase(at);
      return info;
    }
  }
  return 0;
}

void violation(const std::string& what) {
  std::lock_guard<std::mutex> lock(mutex);
  violations.push_back(what);
}

void countCopy(int kind, size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  copiedBytes[kind] += static_cast<long>(bytes);
}

void countPageable() {
  std::lock_guard<std::mutex> lock(mutex);
  pageableCopies++;
}

void countSynchronisation() {
  std::lock_guard<std::mutex> lock(mutex);
  synchronisations++;
}

void created(const char* kind) {
  std::lock_guard<std::mutex> lock(mutex);
  live[kind]++;
}

void destroyed(const char* kind) {
  std::lock_guard<std::mutex> lock(mutex);
  live[kind]--;
}

API long emulator_calls(const char* function) {
  std::lock_guard<std::mutex> lock(mutex);
  return std::strcmp(function, "*") == 0 ? total : calls[function];
}

API long emulator_live(const char* kind) {
  std::lock_guard<std::mutex> lock(mutex);
  return live[kind];
}

API long emulator_copied(int kind) {
  std::lock_guard<std::mutex> lock(mutex);
  return copiedBytes[kind];
}

API long emulator_pageable() {
  std::lock_guard<std::mutex> lock(mutex);
  return pageableCopies;
}

API long emulator_synchronisations() {
  std::lock_guard<std::mutex> lock(mutex);
  return synchronisations;
}

API void emulator_fail(const char* function, long after, int status, int forGood) {
  std::lock_guard<std::mutex> lock(mutex);
  faults.push_back({function, after, status, forGood != 0});
}

API void emulator_forget_faults() {
  std::lock_guard<std::mutex> lock(mutex);
  faults.clear();
  lost = 0;
}

// Forgets faults, a lost device and violations; counts stay.
API void emulator_forget() {
  std::lock_guard<std::mutex> lock(mutex);
  faults.clear();
  violations.clear();
  lost = 0;
}

API long emulator_violations() {
  std::lock_guard<std::mutex> lock(mutex);
  return static_cast<long>(violations.size());
}

API const char* emulator_violation(long index) {
  std::lock_guard<std::mutex> lock(mutex);
  return violations[static_cast<size_t>(index)].c_str();
}
