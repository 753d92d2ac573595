// Factorizations on a stream, by LAPACK.
#include "emulator.h"

extern "C" {
void dpotrf_(const char* uplo, const int* n, double* a, const int* lda, int* info);
void dpotrs_(const char* uplo, const int* n, const int* nrhs, const double* a, const int* lda,
             double* b, const int* ldb, int* info);
}

namespace {

struct Solver {
  Stream* stream = nullptr;
};

std::mutex mutex;
std::set<Solver*> handles;

bool open(Solver* handle) {
  std::lock_guard<std::mutex> lock(mutex);
  return handles.count(handle) != 0;
}

int refuse(const std::string& what) {
  violation(what);
  return kCusolverInvalid;
}

// Nothing says that cuSOLVER may be recorded.
int issue(const char* name, Solver* handle, Operation operation) {
  if (recording(handle->stream)) return refuse(std::string(name) + ": in a graph");
  return enqueue(handle->stream, std::move(operation));
}

// A factorisation, or what a test has asked to be reported for it.
void factorise(const char* uplo, int n, double* a, int lda, int* info) {
  int forced = enterPivot();
  dpotrf_(uplo, &n, a, &lda, info);
  if (forced != 0) *info = forced;
}

size_t bytesOf(int n, int lda) { return 8 * (static_cast<size_t>(lda) * (n - 1) + n); }

const char* triangle(int fill) { return fill == 0 ? "L" : "U"; }

double* matrix(double* at) { return static_cast<double*>(onDevice(at)); }

}  // namespace

API int cusolverDnCreate(Solver** out) {
  ENTER("cusolverDnCreate");
  *out = new Solver();
  std::lock_guard<std::mutex> lock(mutex);
  handles.insert(*out);
  created("cusolver handle");
  return kSuccess;
}

API int cusolverDnDestroy(Solver* handle) {
  int status = enter("cusolverDnDestroy");
  std::lock_guard<std::mutex> lock(mutex);
  if (handles.erase(handle) == 0) return 1;
  delete handle;
  destroyed("cusolver handle");
  return status;
}

API int cusolverDnSetStream(Solver* handle, Stream* stream) {
  ENTER("cusolverDnSetStream");
  if (!open(handle)) return 1;
  handle->stream = stream;
  return kSuccess;
}

API int cusolverGetProperty(int which, int* value) {
  ENTER("cusolverGetProperty");
  *value = which == 0 ? 12 : 0;
  return kSuccess;
}

API int cusolverGetVersion(int* version) {
  ENTER("cusolverGetVersion");
  *version = 12000;
  return kSuccess;
}

API int cusolverDnDpotrf_bufferSize(Solver* handle, int, int n, double*, int lda, int* numbers) {
  ENTER("cusolverDnDpotrf_bufferSize");
  if (!open(handle)) return 1;
  if (lda < n) return refuse("cusolverDnDpotrf_bufferSize: the leading dimension");
  *numbers = n;
  return kSuccess;
}

API int cusolverDnDpotrf(Solver* handle, int fill, int n, double* a, int lda, double* workspace,
                         int numbers, int* info) {
  ENTER("cusolverDnDpotrf");
  if (!open(handle)) return 1;
  if (n < 1 || lda < n || numbers < n || !isLive(workspace, 8 * static_cast<size_t>(numbers)) ||
      !isLive(info, 4) || !isLive(a, bytesOf(n, lda))) {
    return refuse("cusolverDnDpotrf: sizes or memory");
  }
  Operation operation;
  operation.run = [=] {
    factorise(triangle(fill), n, matrix(a), lda, static_cast<int*>(onDevice(info)));
  };
  return issue("cusolverDnDpotrf", handle, std::move(operation));
}

API int cusolverDnDpotrs(Solver* handle, int fill, int n, int nrhs, const double* a, int lda,
                         double* b, int ldb, int* info) {
  ENTER("cusolverDnDpotrs");
  if (!open(handle)) return 1;
  if (lda < n || ldb < n || !isLive(info, 4) ||
      !isLive(a, bytesOf(n, lda)) ||
      !isLive(b, 8 * (static_cast<size_t>(ldb) * (nrhs - 1) + n))) {
    return refuse("cusolverDnDpotrs: sizes or memory");
  }
  Operation operation;
  operation.run = [=] {
    dpotrs_(triangle(fill), &n, &nrhs, matrix(const_cast<double*>(a)), &lda, matrix(b), &ldb,
            static_cast<int*>(onDevice(info)));
  };
  return issue("cusolverDnDpotrs", handle, std::move(operation));
}

API int cusolverDnDpotrfBatched(Solver* handle, int fill, int n, double* const* a, int lda,
                                int* info, int count) {
  ENTER("cusolverDnDpotrfBatched");
  if (!open(handle)) return 1;
  if (lda < n || !isLive(a, 8 * static_cast<size_t>(count)) ||
      !isLive(info, 4 * static_cast<size_t>(count))) {
    return refuse("cusolverDnDpotrfBatched: sizes or memory");
  }
  Operation operation;
  operation.run = [=] {
    double* const* each = static_cast<double* const*>(onDevice(a));
    for (int k = 0; k < count; k++) {
      if (!isLive(each[k], bytesOf(n, lda))) {
        violation("cusolverDnDpotrfBatched: no matrix at an address of the list");
        return;
      }
      double* own = matrix(each[k]);
      factorise(triangle(fill), n, own, lda, static_cast<int*>(onDevice(info)) + k);
      for (int j = 0; j < n; j++) {  // the other triangle is workspace
        for (int i = fill == 0 ? 0 : j + 1; i < (fill == 0 ? j : n); i++) {
          own[static_cast<size_t>(j) * lda + i] = __builtin_nan("");
        }
      }
    }
  };
  return issue("cusolverDnDpotrfBatched", handle, std::move(operation));
}

API int cusolverDnDpotrsBatched(Solver* handle, int fill, int n, int nrhs, double* const* a, int lda,
                                double* const* b, int ldb, int* info, int count) {
  ENTER("cusolverDnDpotrsBatched");
  if (!open(handle)) return 1;
  if (lda < n || ldb < n || nrhs != 1 || !isLive(a, 8 * static_cast<size_t>(count)) ||
      !isLive(b, 8 * static_cast<size_t>(count)) || !isLive(info, 4)) {
    return refuse("cusolverDnDpotrsBatched: sizes, memory, or more than one right-hand side");
  }
  Operation operation;
  operation.run = [=] {
    double* const* each = static_cast<double* const*>(onDevice(const_cast<double**>(a)));
    double* const* of = static_cast<double* const*>(onDevice(const_cast<double**>(b)));
    int* status = static_cast<int*>(onDevice(info));
    for (int k = 0; k < count; k++) {
      if (!isLive(each[k], bytesOf(n, lda)) || !isLive(of[k], 8 * static_cast<size_t>(n))) {
        violation("cusolverDnDpotrsBatched: no matrix or vector at an address of the list");
        return;
      }
      dpotrs_(triangle(fill), &n, &nrhs, matrix(each[k]), &lda, matrix(of[k]), &ldb, status);
    }
  };
  return issue("cusolverDnDpotrsBatched", handle, std::move(operation));
}
