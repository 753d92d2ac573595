// The rest of the runtime: the device, copies, events.
#include "emulator.h"

#include <chrono>
#include <cmath>

namespace {

enum { kToDevice = 1, kToHost = 2, kOnDevice = 3 };

bool wrongKind(int kind, const void* to, const void* from) {
  switch (kind) {
    case kToDevice:
      return !isDevice(to) || isDevice(from);
    case kToHost:
      return isDevice(to) || !isDevice(from);
    case kOnDevice:
      return !isDevice(to) || !isDevice(from);
    default:
      return true;
  }
}

}  // namespace

API int cudaRuntimeGetVersion(int* version) {
  ENTER("cudaRuntimeGetVersion");
  *version = 13000;
  return kSuccess;
}

API int cudaDriverGetVersion(int* version) {
  ENTER("cudaDriverGetVersion");
  *version = 13000;
  return kSuccess;
}

API int cudaGetDeviceCount(int* count) {
  ENTER("cudaGetDeviceCount");
  *count = 1;
  return kSuccess;
}

API int cudaSetDevice(int device) {
  ENTER("cudaSetDevice");
  return device == 0 ? kSuccess : 101;
}

API int cudaDeviceGetAttribute(int* value, int attribute, int) {
  ENTER("cudaDeviceGetAttribute");
  switch (attribute) {
    case 75:
      *value = 9;  // compute capability, major
      break;
    case 76:
      *value = 0;  // minor
      break;
    case 16:
      *value = 4;  // multiprocessors
      break;
    default:
      *value = 0;
  }
  return kSuccess;
}

API int cudaGetLastError() { return enter("cudaGetLastError"); }

API const char* cudaGetErrorName(int status) {
  switch (status) {
    case 0:
      return "cudaSuccess";
    case 1:
      return "cudaErrorInvalidValue";
    case 2:
      return "cudaErrorMemoryAllocation";
    case 700:
      return "cudaErrorIllegalAddress";
    case 719:
      return "cudaErrorLaunchFailure";
    default:
      return "cudaErrorUnknown";
  }
}

API const char* cudaGetErrorString(int status) {
  return status == 2 ? "out of memory" : status == 700 ? "an illegal memory access" : "emulated";
}

API int cudaMemcpyAsync(void* to, const void* from, size_t bytes, int kind, Stream* stream) {
  ENTER("cudaMemcpyAsync");
  if (wrongKind(kind, to, from)) {
    violation("cudaMemcpyAsync: the pointers are not what the kind of copy says");
    return kInvalidValue;
  }
  if ((isDevice(to) && !isLive(to, bytes)) || (isDevice(from) && !isLive(from, bytes))) {
    violation("cudaMemcpyAsync: device memory that is freed or too short");
    return kInvalidValue;
  }
  Operation operation;
  operation.copies = kind;
  operation.copiedBytes = bytes;
  if (kind == kOnDevice) {
    operation.run = [=] { std::memcpy(onDevice(to), onDevice(from), bytes); };
    return enqueue(stream, std::move(operation));
  }
  const void* host = kind == kToDevice ? from : to;
  bool pageable = !isPinned(host, bytes);
  if (pageable) countPageable();
  operation.host = host;
  operation.hostBytes = bytes;
  if (kind == kToDevice) {
    if (pageable) {  // the driver has taken a copy when the call returns
      auto staged = std::make_shared<std::vector<char>>(
          static_cast<const char*>(from), static_cast<const char*>(from) + bytes);
      operation.host = nullptr;
      operation.run = [=] { std::memcpy(onDevice(to), staged->data(), bytes); };
    } else {
      operation.run = [=] { std::memcpy(onDevice(to), from, bytes); };
    }
    return enqueue(stream, std::move(operation));
  }
  operation.issued = [=] { std::memset(to, 0xff, bytes); };
  operation.run = [=] { std::memcpy(to, onDevice(from), bytes); };
  int status = enqueue(stream, std::move(operation));
  return status == kSuccess && pageable ? synchronise(stream) : status;
}

API int cudaMemsetAsync(void* to, int value, size_t bytes, Stream* stream) {
  ENTER("cudaMemsetAsync");
  if (!isDevice(to) || !isLive(to, bytes)) {
    violation("cudaMemsetAsync: no device memory of this length");
    return kInvalidValue;
  }
  Operation operation;
  operation.run = [=] { std::memset(onDevice(to), value, bytes); };
  return enqueue(stream, std::move(operation));
}

struct Event {
  std::chrono::steady_clock::time_point at;
  bool recorded = false;
};

API int cudaEventCreateWithFlags(Event** out, unsigned) {
  ENTER("cudaEventCreateWithFlags");
  *out = new Event();
  created("event");
  return kSuccess;
}

API int cudaEventDestroy(Event* event) {
  int status = enter("cudaEventDestroy");
  delete event;
  destroyed("event");
  return status;
}

API int cudaEventRecord(Event* event, Stream* stream) {
  ENTER("cudaEventRecord");
  Operation operation;
  operation.run = [=] {
    event->at = std::chrono::steady_clock::now();
    event->recorded = true;
  };
  return enqueue(stream, std::move(operation));
}

API int cudaEventSynchronize(Event*) {
  ENTER("cudaEventSynchronize");
  countSynchronisation();
  return synchroniseAll();
}

API int cudaStreamWaitEvent(Stream*, Event*, unsigned) {
  ENTER("cudaStreamWaitEvent");
  return synchroniseAll();  // stricter than asked: all that came before has run
}

API int cudaEventElapsedTime(float* milliseconds, Event* from, Event* to) {
  ENTER("cudaEventElapsedTime");
  if (!from->recorded || !to->recorded) return 600;  // not ready
  *milliseconds = std::chrono::duration<float, std::milli>(to->at - from->at).count();
  return kSuccess;
}
