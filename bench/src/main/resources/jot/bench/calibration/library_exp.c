// The C library's exp in loops that the compiler vectorises (glibc's libmvec): compiled with -ffast-math, which that
// needs, and apart from calibration.c, whose rounding by addition it would break.

#include <math.h>

void library_exp_f64(const double *x, double *y, int n) {
  for (int i = 0; i < n; i++) y[i] = exp(x[i]);
}

void library_exp_f32(const float *x, float *y, int n) {
  for (int i = 0; i < n; i++) y[i] = expf(x[i]);
}
