// log-sum-exp of the columns in two row-major passes: the maxima, then the sums of what is left.

struct ColumnPass {
  Source plan;
  double* partials;     // batch × chunks × n
  const double* tops;   // batch × n, in the second pass
  const double* active;
  Index m, n, rows;     // rows of a chunk
};

KERNEL column_tops(ColumnPass p) {
  ColumnBlock block(p.m, p.n, p.rows);
  Index problem = block.at.problem;
  if (skipped(p.active, problem) || block.j >= p.n) return;
  double top = -INFINITE;
  Matrix plan(p.plan, problem, p.m, p.n);
  ROLLED for (Index i = block.at.first; i < block.at.end; i++) {
    Row row = plan[i];
    if (row.f > -INFINITE) top = fmax(top, row.f - row.anchored(block.j));
  }
  p.partials[block.at.part() * p.n + block.j] = top;
}

KERNEL column_sums(ColumnPass p) {
  ColumnBlock block(p.m, p.n, p.rows);
  Index problem = block.at.problem;
  if (skipped(p.active, problem) || block.j >= p.n) return;
  double top = p.tops[problem * p.n + block.j];
  double sum = 0;
  Matrix plan(p.plan, problem, p.m, p.n);
  ROLLED for (Index i = block.at.first; i < block.at.end && top > -INFINITE; i++) {
    Row row = plan[i];
    if (row.f > -INFINITE) {
      sum += flushedExp((row.f - row.anchored(block.j) - top) * row.inverse);
    }
  }
  p.partials[block.at.part() * p.n + block.j] = sum;
}

struct ColumnPotentials {
  double* g;
  const double* epsilon;
  const double* b;
  const double* tops;
  const double* sums;
  const double* totals;  // null: all columns; else only those whose total vanished
  const double* active;
  Index n, batch;
};

KERNEL column_potentials(ColumnPotentials p) {
  Index k = flat();
  if (k >= p.n * p.batch || skipped(p.active, k / p.n)) return;
  double mass = p.b[k];
  if (p.totals != 0 && !(mass > 0 && !(p.totals[k] > TINY))) return;
  double top = p.tops[k];
  p.g[k] = mass <= 0 || top == -INFINITE
               ? -INFINITE
               : -top + p.epsilon[k / p.n] * (log(mass) - log(p.sums[k]));
}
