// The driver: modules, kernels, launches. A "cubin" is the shared library that nvrtc.cpp made.
#include "emulator.h"

#include <dlfcn.h>
#include <unistd.h>

namespace {

struct Module {
  void* library;
  std::map<std::string, std::unique_ptr<Kernel>> kernels;
};

std::mutex mutex;
std::set<Module*> modules;
std::set<const Kernel*> kernels;

// Device addresses become what the fibers may touch. A host address is a fault on a device.
bool translate(const Kernel& kernel, std::vector<char>& parameters) {
  for (size_t at = 0; at + 8 <= parameters.size(); at += 8) {
    uintptr_t word;
    std::memcpy(&word, &parameters[at], 8);
    void* pointer = reinterpret_cast<void*>(word);
    if (isDevice(pointer)) {
      if (!isLive(pointer, 1)) {
        violation("kernel " + kernel.name + ": argument " + std::to_string(at / 8) +
                  " points to device memory that is not allocated");
        return false;
      }
      word = reinterpret_cast<uintptr_t>(onDevice(pointer));
      std::memcpy(&parameters[at], &word, 8);
    } else if (word >= uintptr_t(0x550000000000) && word < uintptr_t(0x800000000000)) {
      violation("kernel " + kernel.name + ": argument " + std::to_string(at / 8) +
                " is a host address");
      return false;
    }
  }
  return true;
}

}  // namespace

API int cuInit(unsigned) { return enter("cuInit"); }

API int cuDriverGetVersion(int* version) {
  ENTER("cuDriverGetVersion");
  *version = 13000;
  return kSuccess;
}

API int cuDeviceGetCount(int* count) {
  ENTER("cuDeviceGetCount");
  *count = 1;
  return kSuccess;
}

API int cuDeviceGet(int* device, int) {
  ENTER("cuDeviceGet");
  *device = 0;
  return kSuccess;
}

API int cuDeviceGetName(char* name, int length, int) {
  ENTER("cuDeviceGetName");
  std::snprintf(name, static_cast<size_t>(length), "Emulated device");
  return kSuccess;
}

API int cuGetErrorName(int status, const char** name) {
  *name = status == 0 ? "CUDA_SUCCESS" : status == 1 ? "CUDA_ERROR_INVALID_VALUE" : "CUDA_ERROR";
  return kSuccess;
}

API int cuGetErrorString(int, const char** text) {
  *text = "emulated";
  return kSuccess;
}

API int cuModuleLoadData(Module** out, const void* image) {
  ENTER("cuModuleLoadData");
  // The image says how long it is: nvrtc.cpp put the length and a checksum in front.
  const char* bytes = static_cast<const char*>(image);
  uint64_t length;
  uint64_t sum;
  if (std::memcmp(bytes, "JOTCUBIN", 8) != 0) return 200;  // invalid image
  std::memcpy(&length, bytes + 8, 8);
  std::memcpy(&sum, bytes + 16, 8);
  uint64_t found = 0;
  for (uint64_t k = 0; k < length; k++) {
    found = found * 31 + static_cast<unsigned char>(bytes[24 + k]);
  }
  if (found != sum) return 200;
  char path[] = "/tmp/jot-cubin-XXXXXX";  // a name of its own: the loader knows libraries by name
  int file = mkstemp(path);
  bool written = file >= 0 && write(file, bytes + 24, length) == static_cast<ssize_t>(length);
  if (file >= 0) close(file);
  void* library = written ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
  unlink(path);
  if (library == nullptr) {
    std::fprintf(stderr, "emulator: %s\n", dlerror());
    return 200;
  }
  std::lock_guard<std::mutex> lock(mutex);
  *out = new Module{library, {}};
  modules.insert(*out);
  created("module");
  return kSuccess;
}

API int cuModuleUnload(Module* module) {
  int status = enter("cuModuleUnload");
  synchroniseAll();
  std::lock_guard<std::mutex> lock(mutex);
  if (modules.erase(module) == 0) {
    violation("cuModuleUnload: no such module");
    return kInvalidValue;
  }
  for (auto& kernel : module->kernels) kernels.erase(kernel.second.get());
  dlclose(module->library);
  delete module;
  destroyed("module");
  return status;
}

API int cuModuleGetFunction(const Kernel** out, Module* module, const char* name) {
  ENTER("cuModuleGetFunction");
  std::lock_guard<std::mutex> lock(mutex);
  std::string launch = std::string("emulated_launch_") + name;
  std::string size = std::string("emulated_size_") + name;
  auto function = reinterpret_cast<void (*)(const void*)>(dlsym(module->library, launch.c_str()));
  auto bytes = static_cast<const size_t*>(dlsym(module->library, size.c_str()));
  if (function == nullptr || bytes == nullptr) return 500;  // not found
  std::unique_ptr<Kernel>& kernel = module->kernels[name];
  kernel.reset(new Kernel{name, function, *bytes});
  kernels.insert(kernel.get());
  *out = kernel.get();
  return kSuccess;
}

API int cuFuncGetAttribute(int* value, int, const Kernel*) {
  ENTER("cuFuncGetAttribute");
  *value = 0;
  return kSuccess;
}

API int cuLaunchKernel(const Kernel* kernel, unsigned gridX, unsigned gridY, unsigned gridZ,
                       unsigned blockX, unsigned blockY, unsigned blockZ, unsigned, Stream* stream,
                       void** parameters, void** extra) {
  ENTER("cuLaunchKernel");
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (kernels.count(kernel) == 0) {
      violation("cuLaunchKernel: no such kernel");
      return kInvalidValue;
    }
  }
  bool flat = gridY == 1 && gridZ == 1 && blockY == 1 && blockZ == 1;
  if (!flat || gridX == 0 || blockX == 0 || blockX > 1024 || blockX % 32 != 0) {
    violation("kernel " + kernel->name + ": a grid that is empty, too large or not of whole warps");
    return kInvalidValue;
  }
  // {1, buffer, 2, &size, 0}: one struct, packed by the caller
  if (parameters != nullptr || extra == nullptr || extra[0] != reinterpret_cast<void*>(1) ||
      extra[2] != reinterpret_cast<void*>(2)) {
    violation("kernel " + kernel->name + ": arguments must come as one packed buffer");
    return kInvalidValue;
  }
  size_t size;
  std::memcpy(&size, extra[3], sizeof size);
  if (size != kernel->parameterBytes) {
    violation("kernel " + kernel->name + ": takes " + std::to_string(kernel->parameterBytes) +
              " bytes of arguments, received " + std::to_string(size));
    return kInvalidValue;
  }
  const char* bytes = static_cast<const char*>(extra[1]);
  auto copy = std::make_shared<std::vector<char>>(bytes, bytes + size);
  if (!translate(*kernel, *copy)) return kInvalidValue;
  Operation operation;
  operation.run = [=] { runKernel(*kernel, copy->data(), gridX, blockX); };
  return enqueue(stream, std::move(operation));
}
