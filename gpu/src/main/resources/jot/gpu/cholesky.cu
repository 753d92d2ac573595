// What is left to do around cuBLAS and cuSOLVER for a Cholesky factor of S = diag(c) − Pᵀ diag(1/r) P.
// Factors are column-major and in the lower triangle: (row, column) lies at column·n + row.

struct InverseRoots {
  const double* rowSums;
  double* roots;
  Index count, batch;
};

KERNEL inverse_roots(InverseRoots p) {
  Index k = flat();
  if (k >= p.count * p.batch) return;
  p.roots[k] = p.rowSums[k] > 0 ? 1 / sqrt(p.rowSums[k]) : 0;
}

struct Ground {
  double* factor;
  const double* columnSums;
  const double* diagonal;
  double* keep;  // ← 1 for the unknowns of the system, else 0
  const double* active;
  Index n;
};

// The diagonal as it was added up, without a difference; the heaviest column and those without mass
// become rows of the identity. One block a problem.
KERNEL ground(Ground p) {
  Index problem = blockIdx.x;
  if (skipped(p.active, problem)) return;
  const double* mass = p.columnSums + problem * p.n;
  double* factor = p.factor + problem * p.n * p.n;
  double top = 0;
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) top = fmax(top, mass[j]);
  top = blockMax(top);
  double first = INFINITE;
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    if (mass[j] == top) first = fmin(first, (double)j);
  }
  first = blockMin(first);
  Index at = first < p.n ? (Index)first : p.n;
  ROLLED for (Index j = threadIdx.x; j < p.n; j += blockDim.x) {
    bool kept = mass[j] > 0 && j != at;
    p.keep[problem * p.n + j] = kept;
    factor[j * p.n + j] = kept ? p.diagonal[problem * p.n + j] : 1;
    if (j < at && at < p.n) factor[j * p.n + at] = 0;
    if (j > at) factor[at * p.n + j] = 0;
  }
}

struct Breakdowns {
  const int* infos;
  double* failed;
  const double* active;
  Index batch;
};

KERNEL breakdowns(Breakdowns p) {
  Index problem = flat();
  if (problem >= p.batch || skipped(p.active, problem)) return;
  p.failed[problem] = p.infos[problem] == 0 ? 0 : 1;
}

struct Grounded {
  const double* from;
  const double* keep;
  double* to;
  Index n, batch;
};

KERNEL grounded(Grounded p) {
  Index k = flat();
  if (k >= p.n * p.batch) return;
  p.to[k] = p.keep[k] != 0 ? p.from[k] : 0;
}
