// Dense linear algebra on a stream, by OpenBLAS, with the checks that the library makes.
#include <cblas.h>

#include "emulator.h"

namespace {

struct Handle {
  Stream* stream = nullptr;
  const void* workspace = nullptr;  // of the caller's; a new stream takes it away
  size_t bytes = 0;
};

std::mutex mutex;
std::set<Handle*> handles;

bool open(Handle* handle) {
  std::lock_guard<std::mutex> lock(mutex);
  return handles.count(handle) != 0;
}

int refuse(const std::string& what) {
  violation(what);
  return kCublasInvalid;
}

// What goes into a graph must not allocate: it needs a workspace of the caller's, which is alive.
int issue(const char* name, Handle* handle, Operation operation) {
  if (recording(handle->stream) && handle->workspace == nullptr) {
    return refuse(std::string(name) + ": in a graph, without a workspace of the caller's");
  }
  if (handle->workspace != nullptr && !isLive(handle->workspace, handle->bytes)) {
    return refuse(std::string(name) + ": the workspace was freed");
  }
  return enqueue(handle->stream, std::move(operation));
}

// What is not kept may be NaN.
template <class T>
void clear(T* at, long long rows, long long columns, long long leading, T keep) {
  for (long long j = 0; keep == T(0) && j < columns; j++) {
    for (long long i = 0; i < rows; i++) at[j * leading + i] = 0;
  }
}

bool badOperation(int op) { return op != 0 && op != 1; }

CBLAS_TRANSPOSE transpose(int op) { return op == 0 ? CblasNoTrans : CblasTrans; }

bool outside(const void* at, long long stride, int count, long long last, size_t size) {
  long long numbers = stride * (count - 1) + last;
  return !isDevice(at) || numbers < 1 || !isLive(at, static_cast<size_t>(numbers) * size);
}

template <class T, class F>
int gemv(const char* name, Handle* handle, int op, int m, int n, const T* alpha, const T* a, int lda,
         long long strideA, const T* x, int incx, long long strideX, const T* beta, T* y, int incy,
         long long strideY, int count, F compute) {
  ENTER(name);
  if (!open(handle)) return kCublasNotInitialized;
  if (lda < m) return refuse(std::string(name) + ": the leading dimension is less than the rows");
  if (badOperation(op) || m < 0 || n < 0 || count < 0 || incx == 0 || incy == 0) return refuse(std::string(name) + ": a size");
  if (m == 0 || n == 0 || count == 0) return kSuccess;
  long long lengthX = op == 0 ? n : m;
  long long lengthY = op == 0 ? m : n;
  if (outside(a, strideA, count, static_cast<long long>(lda) * (n - 1) + m, sizeof(T)) ||
      outside(x, strideX, count, (lengthX - 1) * incx + 1, sizeof(T)) ||
      outside(y, strideY, count, (lengthY - 1) * incy + 1, sizeof(T))) {
    return refuse(std::string(name) + ": a matrix or vector reaches outside of device memory");
  }
  T factor = *alpha;
  T keep = *beta;
  Operation operation;
  operation.run = [=] {
    for (int k = 0; k < count; k++) {
      clear(static_cast<T*>(onDevice(y)) + k * strideY, 1, lengthY, incy, keep);
      compute(CblasColMajor, transpose(op), m, n, factor,
              static_cast<const T*>(onDevice(a)) + k * strideA, lda,
              static_cast<const T*>(onDevice(x)) + k * strideX, incx, keep,
              static_cast<T*>(onDevice(y)) + k * strideY, incy);
    }
  };
  return issue(name, handle, std::move(operation));
}

}  // namespace

API int cublasCreate_v2(Handle** out) {
  ENTER("cublasCreate_v2");
  *out = new Handle();
  std::lock_guard<std::mutex> lock(mutex);
  handles.insert(*out);
  created("cublas handle");
  return kSuccess;
}

API int cublasDestroy_v2(Handle* handle) {
  int status = enter("cublasDestroy_v2");
  std::lock_guard<std::mutex> lock(mutex);
  if (handles.erase(handle) == 0) return kCublasNotInitialized;
  delete handle;
  destroyed("cublas handle");
  return status;
}

API int cublasGetVersion_v2(Handle*, int* version) {
  ENTER("cublasGetVersion_v2");
  *version = 130000;
  return kSuccess;
}

API int cublasGetProperty(int which, int* value) {
  ENTER("cublasGetProperty");
  *value = which == 0 ? 13 : 0;
  return kSuccess;
}

API const char* cublasGetStatusName(int status) {
  return status == kCublasInvalid ? "CUBLAS_STATUS_INVALID_VALUE" : "CUBLAS_STATUS";
}

API const char* cublasGetStatusString(int) { return "emulated"; }

API int cublasSetStream_v2(Handle* handle, Stream* stream) {
  ENTER("cublasSetStream_v2");
  if (!open(handle)) return kCublasNotInitialized;
  handle->stream = stream;
  handle->workspace = nullptr;
  return kSuccess;
}

API int cublasSetWorkspace_v2(Handle* handle, void* workspace, size_t bytes) {
  ENTER("cublasSetWorkspace_v2");
  if (!open(handle)) return kCublasNotInitialized;
  if (bytes > 0 && !isLive(workspace, bytes)) return refuse("cublasSetWorkspace_v2: no such memory");
  handle->workspace = workspace;
  handle->bytes = bytes;
  return kSuccess;
}

API int cublasSetMathMode(Handle* handle, int) {
  ENTER("cublasSetMathMode");
  return open(handle) ? static_cast<int>(kSuccess) : kCublasNotInitialized;
}

API int cublasDgemv_v2(Handle* handle, int op, int m, int n, const double* alpha, const double* a,
                       int lda, const double* x, int incx, const double* beta, double* y, int incy) {
  return gemv("cublasDgemv_v2", handle, op, m, n, alpha, a, lda, 0, x, incx, 0, beta, y, incy, 0, 1,
              cblas_dgemv);
}

API int cublasDgemvStridedBatched(Handle* handle, int op, int m, int n, const double* alpha,
                                  const double* a, int lda, long long strideA, const double* x,
                                  int incx, long long strideX, const double* beta, double* y,
                                  int incy, long long strideY, int count) {
  return gemv("cublasDgemvStridedBatched", handle, op, m, n, alpha, a, lda, strideA, x, incx, strideX,
              beta, y, incy, strideY, count, cblas_dgemv);
}

API int cublasSgemvStridedBatched(Handle* handle, int op, int m, int n, const float* alpha,
                                  const float* a, int lda, long long strideA, const float* x,
                                  int incx, long long strideX, const float* beta, float* y, int incy,
                                  long long strideY, int count) {
  return gemv("cublasSgemvStridedBatched", handle, op, m, n, alpha, a, lda, strideA, x, incx, strideX,
              beta, y, incy, strideY, count, cblas_sgemv);
}

API int cublasDgemmStridedBatched(Handle* handle, int opA, int opB, int m, int n, int k,
                                  const double* alpha, const double* a, int lda, long long strideA,
                                  const double* b, int ldb, long long strideB, const double* beta,
                                  double* c, int ldc, long long strideC, int count) {
  ENTER("cublasDgemmStridedBatched");
  if (!open(handle)) return kCublasNotInitialized;
  int rowsA = opA == 0 ? m : k;
  int rowsB = opB == 0 ? k : n;
  if (lda < rowsA || ldb < rowsB || ldc < m) {
    return refuse("cublasDgemmStridedBatched: a leading dimension is less than the rows");
  }
  if (m <= 0 || n <= 0 || k <= 0 || count <= 0) return kSuccess;
  int columnsA = opA == 0 ? k : m;
  int columnsB = opB == 0 ? n : k;
  if (outside(a, strideA, count, static_cast<long long>(lda) * (columnsA - 1) + rowsA, 8) ||
      outside(b, strideB, count, static_cast<long long>(ldb) * (columnsB - 1) + rowsB, 8) ||
      outside(c, strideC, count, static_cast<long long>(ldc) * (n - 1) + m, 8)) {
    return refuse("cublasDgemmStridedBatched: a matrix reaches outside of device memory");
  }
  double factor = *alpha;
  double keep = *beta;
  Operation operation;
  operation.run = [=] {
    for (int i = 0; i < count; i++) {
      clear(static_cast<double*>(onDevice(c)) + i * strideC, m, n, ldc, keep);
      cblas_dgemm(CblasColMajor, transpose(opA), transpose(opB), m, n, k, factor,
                  static_cast<const double*>(onDevice(a)) + i * strideA, lda,
                  static_cast<const double*>(onDevice(b)) + i * strideB, ldb, keep,
                  static_cast<double*>(onDevice(c)) + i * strideC, ldc);
    }
  };
  return issue("cublasDgemmStridedBatched", handle, std::move(operation));
}

API int cublasDsyrk_v2(Handle* handle, int fill, int op, int n, int k, const double* alpha,
                       const double* a, int lda, const double* beta, double* c, int ldc) {
  ENTER("cublasDsyrk_v2");
  if (!open(handle)) return kCublasNotInitialized;
  int rows = op == 0 ? n : k;
  int columns = op == 0 ? k : n;
  if (badOperation(op) || n <= 0 || k <= 0) return refuse("cublasDsyrk_v2: a size");
  if (lda < rows || ldc < n) return refuse("cublasDsyrk_v2: a leading dimension is less than the rows");
  if (outside(a, 0, 1, static_cast<long long>(lda) * (columns - 1) + rows, 8) ||
      outside(c, 0, 1, static_cast<long long>(ldc) * (n - 1) + n, 8)) {
    return refuse("cublasDsyrk_v2: a matrix reaches outside of device memory");
  }
  double factor = *alpha;
  double keep = *beta;
  Operation operation;
  operation.run = [=] {
    double* to = static_cast<double*>(onDevice(c));
    for (long long j = 0; keep == 0 && j < n; j++) {  // the other triangle is not touched
      for (long long i = fill == 0 ? j : 0; i < (fill == 0 ? n : j + 1); i++) to[j * ldc + i] = 0;
    }
    cblas_dsyrk(CblasColMajor, fill == 0 ? CblasLower : CblasUpper, transpose(op), n, k, factor,
                static_cast<const double*>(onDevice(a)), lda, keep, to, ldc);
  };
  return issue("cublasDsyrk_v2", handle, std::move(operation));
}

API int cublasDdgmm(Handle* handle, int side, int m, int n, const double* a, int lda,
                    const double* x, int incx, double* c, int ldc) {
  ENTER("cublasDdgmm");
  if (!open(handle)) return kCublasNotInitialized;
  if (m <= 0 || n <= 0 || incx == 0 || (side != 0 && side != 1)) return refuse("cublasDdgmm: a size");
  if (lda < m || ldc < m) return refuse("cublasDdgmm: a leading dimension is less than the rows");
  long long length = side == 0 ? m : n;
  if (outside(a, 0, 1, static_cast<long long>(lda) * (n - 1) + m, 8) ||
      outside(x, 0, 1, (length - 1) * incx + 1, 8) ||
      outside(c, 0, 1, static_cast<long long>(ldc) * (n - 1) + m, 8)) {
    return refuse("cublasDdgmm: a matrix or vector reaches outside of device memory");
  }
  Operation operation;
  operation.run = [=] {
    const double* from = static_cast<const double*>(onDevice(a));
    const double* by = static_cast<const double*>(onDevice(x));
    double* to = static_cast<double*>(onDevice(c));
    for (long long j = 0; j < n; j++) {
      for (long long i = 0; i < m; i++) {
        to[j * ldc + i] = from[j * lda + i] * by[(side == 0 ? i : j) * incx];
      }
    }
  };
  return issue("cublasDdgmm", handle, std::move(operation));
}
