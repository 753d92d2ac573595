// The compiler: the same source goes through g++, behind cuda_on_cpu.h.
#include "emulator.h"

#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <regex>

namespace {

struct Program {
  std::string source, log;
  std::string cubin;
};

enum { kInvalidProgram = 4, kCompilation = 6 };

std::string here() {
  Dl_info info;
  dladdr(reinterpret_cast<void*>(&here), &info);
  char* path = realpath(info.dli_fname, nullptr);
  std::string found = path;
  std::free(path);
  return found;
}

// What the driver needs beside a kernel: to call it, and to know how long its arguments are.
std::string launchers(const std::string& source) {
  std::regex kernel(R"(KERNEL\s+(\w+)\s*\(\s*(\w+)\s+\w+\s*\))");
  std::string text;
  for (std::sregex_iterator at(source.begin(), source.end(), kernel), end; at != end; ++at) {
    std::string name = (*at)[1];
    std::string type = (*at)[2];
    text += "extern \"C\" void emulated_launch_" + name + "(const void* p) { " + name +
            "(*static_cast<const " + type + "*>(p)); }\n";
    text += "extern \"C\" const size_t emulated_size_" + name + " = sizeof(" + type + ");\n";
  }
  return text;
}

// NVIDIA's compiler fuses a product and a sum where it can, g++ by default does not here: so most
// tests run with the reference backend's roundings, and some, with JOT_EMULATOR_FMA set, as there.
bool fuses() { return std::getenv("JOT_EMULATOR_FMA") != nullptr; }

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

}  // namespace

API int nvrtcVersion(int* major, int* minor) {
  ENTER("nvrtcVersion");
  *major = 13;
  *minor = fuses() ? 1 : 0;  // so a cache of kernels keeps both apart
  return kSuccess;
}

API const char* nvrtcGetErrorString(int status) {
  return status == kCompilation ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR";
}

API int nvrtcGetNumSupportedArchs(int* count) {
  ENTER("nvrtcGetNumSupportedArchs");
  *count = 1;
  return kSuccess;
}

API int nvrtcGetSupportedArchs(int* architectures) {
  ENTER("nvrtcGetSupportedArchs");
  architectures[0] = 90;
  return kSuccess;
}

API int nvrtcCreateProgram(Program** out, const char* source, const char*, int, const char* const*,
                           const char* const*) {
  ENTER("nvrtcCreateProgram");
  *out = new Program{source, "", ""};
  created("program");
  return kSuccess;
}

API int nvrtcDestroyProgram(Program** program) {
  int status = enter("nvrtcDestroyProgram");
  delete *program;
  *program = nullptr;
  destroyed("program");
  return status;
}

API int nvrtcCompileProgram(Program* program, int count, const char* const* options) {
  ENTER("nvrtcCompileProgram");
  for (int k = 0; k < count; k++) {
    if (std::strncmp(options[k], "--", 2) != 0) return 5;  // invalid option
  }
  if (fuses() && !__builtin_cpu_supports("fma")) {
    program->log = "JOT_EMULATOR_FMA is set, and this processor has no fused multiply-add";
    return kCompilation;
  }
  char folder[] = "/tmp/jot-emulator-XXXXXX";
  if (mkdtemp(folder) == nullptr) return 1;
  std::string base = folder;
  {
    std::ofstream file(base + "/kernels.cpp");
    file << program->source << "\n" << launchers(program->source);
  }
  std::string library = here();
  std::string include = library.substr(0, library.rfind('/')) + "/../include/cuda_on_cpu.h";
  std::string rounding = fuses() ? "-mfma -ffp-contract=fast" : "-ffp-contract=off";
  std::string command = "g++ -std=c++17 -O2 -march=native " + rounding +
                        " -w -shared -fPIC -include '" + include + "' -o " + base +
                        "/kernels.so " + base + "/kernels.cpp '" + library + "' > " + base +
                        "/log 2>&1";
  int status = std::system(command.c_str());
  program->log = contents(base + "/log");
  if (status == 0) {
    std::string image = contents(base + "/kernels.so");
    uint64_t length = image.size();
    uint64_t sum = 0;
    for (char c : image) sum = sum * 31 + static_cast<unsigned char>(c);
    program->cubin = "JOTCUBIN";
    program->cubin.append(reinterpret_cast<char*>(&length), 8);
    program->cubin.append(reinterpret_cast<char*>(&sum), 8);
    program->cubin += image;
  }
  for (const char* name : {"/kernels.cpp", "/kernels.so", "/log"}) unlink((base + name).c_str());
  rmdir(folder);
  return status == 0 ? 0 : static_cast<int>(kCompilation);
}

API int nvrtcGetCUBINSize(Program* program, size_t* size) {
  ENTER("nvrtcGetCUBINSize");
  if (program->cubin.empty()) return kInvalidProgram;
  *size = program->cubin.size();
  return kSuccess;
}

API int nvrtcGetCUBIN(Program* program, char* out) {
  ENTER("nvrtcGetCUBIN");
  std::memcpy(out, program->cubin.data(), program->cubin.size());
  return kSuccess;
}

API int nvrtcGetProgramLogSize(Program* program, size_t* size) {
  ENTER("nvrtcGetProgramLogSize");
  *size = program->log.size() + 1;
  return kSuccess;
}

API int nvrtcGetProgramLog(Program* program, char* out) {
  ENTER("nvrtcGetProgramLog");
  std::memcpy(out, program->log.c_str(), program->log.size() + 1);
  return kSuccess;
}
