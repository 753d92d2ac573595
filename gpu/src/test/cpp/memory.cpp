// Device memory: addresses in a window that nobody may touch, the numbers themselves in another.
//
// Each allocation ends where a page ends and a forbidden page follows, so a kernel that runs over
// an end by more than the alignment stops right there. It is filled with NaN, and given back to the
// system when it is freed, so what is used after that stops too.
#include "emulator.h"

#include <sys/mman.h>

namespace {

constexpr uintptr_t kWindow = 0x3A5C00000000;
constexpr size_t kSize = size_t(16) << 30;
constexpr size_t kPage = 4096;
constexpr size_t kAlignment = 256;

std::mutex mutex;
std::map<uintptr_t, size_t> allocations;       // address → bytes asked for
std::map<size_t, std::vector<uintptr_t>> spare;  // pages → first addresses
std::map<uintptr_t, size_t> pinned;
uintptr_t next = kWindow;
char* mirror = nullptr;
size_t used = 0;
size_t capacity = size_t(4) << 30;

void open() {
  if (mirror != nullptr) return;
  void* window = mmap(reinterpret_cast<void*>(kWindow), kSize, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  void* numbers =
      mmap(nullptr, kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (window != reinterpret_cast<void*>(kWindow) || numbers == MAP_FAILED) {
    std::fprintf(stderr, "emulator: no address space for device memory\n");
    std::abort();
  }
  mirror = static_cast<char*>(numbers);
}

char* numbers(uintptr_t address) { return mirror + (address - kWindow); }

size_t pages(size_t bytes) { return (bytes + kAlignment + kPage - 1) / kPage; }

uintptr_t start(uintptr_t first, size_t bytes) {
  size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  return first + pages(bytes) * kPage - rounded;
}

}  // namespace

bool isDevice(const void* address) {
  uintptr_t at = reinterpret_cast<uintptr_t>(address);
  return at >= kWindow && at < kWindow + kSize;
}

bool isLive(const void* address, size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  uintptr_t at = reinterpret_cast<uintptr_t>(address);
  auto after = allocations.upper_bound(at);
  if (after == allocations.begin()) return false;
  auto found = std::prev(after);
  return at + bytes <= found->first + found->second;
}

void* onDevice(const void* address) { return numbers(reinterpret_cast<uintptr_t>(address)); }

bool isPinned(const void* address, size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  uintptr_t at = reinterpret_cast<uintptr_t>(address);
  auto after = pinned.upper_bound(at);
  if (after == pinned.begin()) return false;
  auto found = std::prev(after);
  return at + bytes <= found->first + found->second;
}

API int cudaMalloc(void** out, size_t bytes) {
  ENTER("cudaMalloc");
  if (out == nullptr || bytes == 0) {
    violation("cudaMalloc: a null pointer, or no bytes");
    return kInvalidValue;
  }
  std::lock_guard<std::mutex> lock(mutex);
  open();
  if (used + bytes > capacity) return kOutOfMemory;
  size_t count = pages(bytes);
  uintptr_t first;
  std::vector<uintptr_t>& free = spare[count];
  if (!free.empty()) {
    first = free.back();
    free.pop_back();
  } else {
    first = next;
    next += (count + 1) * kPage;
    if (next > kWindow + kSize) return kOutOfMemory;
  }
  mprotect(numbers(first), count * kPage, PROT_READ | PROT_WRITE);
  std::memset(numbers(first), 0xff, count * kPage);
  uintptr_t address = start(first, bytes);
  allocations[address] = bytes;
  used += bytes;
  created("device memory");
  *out = reinterpret_cast<void*>(address);
  return kSuccess;
}

API int cudaFree(void* address) {
  int status = enter("cudaFree");  // memory is given back even where the call reports a failure
  if (address == nullptr) return status;
  synchroniseAll();
  std::lock_guard<std::mutex> lock(mutex);
  auto found = allocations.find(reinterpret_cast<uintptr_t>(address));
  if (found == allocations.end()) {
    violation("cudaFree: no allocation starts here, or it was freed before");
    return kInvalidValue;
  }
  size_t bytes = found->second;
  uintptr_t first = found->first - (start(0, bytes));
  char* at = numbers(first);
  madvise(at, pages(bytes) * kPage, MADV_DONTNEED);
  mprotect(at, pages(bytes) * kPage, PROT_NONE);
  spare[pages(bytes)].push_back(first);
  allocations.erase(found);
  used -= bytes;
  destroyed("device memory");
  return status;
}

API int cudaMemGetInfo(size_t* free, size_t* total) {
  ENTER("cudaMemGetInfo");
  std::lock_guard<std::mutex> lock(mutex);
  *free = capacity > used ? capacity - used : 0;
  *total = capacity;
  return kSuccess;
}

API int cudaMallocHost(void** out, size_t bytes) {
  ENTER("cudaMallocHost");
  void* address = mmap(nullptr, (bytes + kPage - 1) / kPage * kPage, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (bytes == 0 || address == MAP_FAILED) return kOutOfMemory;
  std::lock_guard<std::mutex> lock(mutex);
  pinned[reinterpret_cast<uintptr_t>(address)] = bytes;
  created("pinned memory");
  *out = address;
  return kSuccess;
}

API int cudaFreeHost(void* address) {
  int status = enter("cudaFreeHost");
  if (address == nullptr) return status;
  size_t bytes;
  {
    std::lock_guard<std::mutex> lock(mutex);
    auto found = pinned.find(reinterpret_cast<uintptr_t>(address));
    if (found == pinned.end()) {
      violation("cudaFreeHost: no pinned memory starts here, or it was freed before");
      return kInvalidValue;
    }
    bytes = found->second;
    pinned.erase(found);
  }
  if (inFlight(address, bytes)) {
    violation("cudaFreeHost: a copy from or to this memory is in flight");
  }
  synchroniseAll();
  munmap(address, (bytes + kPage - 1) / kPage * kPage);
  destroyed("pinned memory");
  return status;
}

struct PointerAttributes {
  int type, device;
  void* devicePointer;
  void* hostPointer;
};

API int cudaPointerGetAttributes(PointerAttributes* out, const void* address) {
  ENTER("cudaPointerGetAttributes");
  bool device = isDevice(address) && isLive(address, 1);
  out->type = device ? 2 : isPinned(address, 1) ? 1 : 0;
  out->device = device ? 0 : -1;
  out->devicePointer = device ? const_cast<void*>(address) : nullptr;
  out->hostPointer = device ? nullptr : const_cast<void*>(address);
  return kSuccess;
}

// The device's memory from now on.
API void emulator_capacity(size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  capacity = bytes;
}

API size_t emulator_used() {
  std::lock_guard<std::mutex> lock(mutex);
  return used;
}
