// What this machine can do at most: exponentials a second from the first-level cache, and bytes a second read.
//
//   gcc -O3 -march=native -c calibration.c && gcc -O3 -march=native -ffast-math -c library_exp.c
//   gcc calibration.o library_exp.o -lmvec -lm -lpthread -o calibration
//   ./calibration MILLISECONDS THREADS,... BYTES,...
//
// Prints lines of words, times the best of a few trials:
//   exp  F64|F32  METHOD  THREADS  ELEMENTS_PER_NS  MAX_ULP
//   read BYTES    THREADS GB_PER_S
//   cache LEVEL   BYTES
//
// Each thread has numbers of its own, and a processor of its own if there are as many. Vectors are as wide as the
// compiler's target has them.

#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined __AVX512F__
#define WIDTH 64
#elif defined __AVX__
#define WIDTH 32
#else
#define WIDTH 16
#endif

typedef double f64v __attribute__((vector_size(WIDTH)));
typedef int64_t i64v __attribute__((vector_size(WIDTH)));
typedef float f32v __attribute__((vector_size(WIDTH)));
typedef int32_t i32v __attribute__((vector_size(WIDTH)));

enum { N = 1024, TRIALS = 9, MOST_THREADS = 256 };

void library_exp_f64(const double *x, double *y, int n);
void library_exp_f32(const float *x, float *y, int n);

// 2^k 2^r with k whole and |r| <= 1/2: k by adding a number so large that no fraction is left; r with log2(e) in two
// parts, by fused multiplications; 2^r by its polynomial of degree 11 that interpolates at Chebyshev's points (relative
// error 4e-18); 2^k by adding k to the exponent's bits.
static inline f64v exp_f64v(f64v x) {
  const double whole = 6755399441055744.0; // 1.5 * 2^52
  f64v shifted = x * 1.4426950408889634074 + whole;
  f64v k = shifted - whole;
  f64v r = x * 1.4426950408889634074 - k;
  r = x * 2.0355273740931033e-17 + r;
  f64v r2 = r * r;
  f64v r4 = r2 * r2;
  f64v p01 = 0.693147180559945309 * r + 1.0;
  f64v p23 = 0.055504108664821627 * r + 0.240226506959101596;
  f64v p45 = 0.00133335581464064707 * r + 0.00961812910758725667;
  f64v p67 = 0.0000152527338415567726 * r + 0.000154035304637243542;
  f64v p89 = 1.01780570877339411e-7 * r + 1.32154325359123762e-6;
  f64v pab = 4.45581790833606449e-10 * r + 7.07419429728852101e-9;
  f64v low = p23 * r2 + p01;
  f64v middle = p67 * r2 + p45;
  f64v high = pab * r2 + p89;
  f64v p = (high * r4 + middle) * r4 + low;
  return (f64v)((i64v)p + ((i64v)shifted << 52));
}

// The same with a polynomial of degree 6 (relative error 3e-9).
static inline f32v exp_f32v(f32v x) {
  const float whole = 12582912.0f; // 1.5 * 2^23
  f32v shifted = x * 1.44269502f + whole;
  f32v k = shifted - whole;
  f32v r = x * 1.44269502f - k;
  r = x * 1.92596299e-8f + r;
  f32v r2 = r * r;
  f32v p01 = 0.6931472067f * r + 1.0f;
  f32v p23 = 0.05550327227f * r + 0.2402265092f;
  f32v p45 = 0.001340042818f * r + 0.009618056679f;
  f32v high = 0.000154614447f * r2 + p45;
  f32v p = (high * r2 + p23) * r2 + p01;
  return (f32v)((i32v)p + ((i32v)shifted << 23));
}

__attribute__((noinline)) static void hand_exp_f64(const double *x, double *y, int n) {
  for (int i = 0; i < n; i += WIDTH / sizeof(double)) *(f64v *)(y + i) = exp_f64v(*(const f64v *)(x + i));
}

__attribute__((noinline)) static void hand_exp_f32(const float *x, float *y, int n) {
  for (int i = 0; i < n; i += WIDTH / sizeof(float)) *(f32v *)(y + i) = exp_f32v(*(const f32v *)(x + i));
}

// Sums all of it, in as many chains as hide the latency of an addition.
__attribute__((noinline)) static double read_all(const double *x, size_t n) {
  const size_t step = 8 * WIDTH / sizeof(double);
  f64v sum[8] = {{0}};
  for (size_t i = 0; i + step <= n; i += step) {
    const f64v *v = (const f64v *)(x + i);
    for (int k = 0; k < 8; k++) sum[k] += v[k];
  }
  f64v all = ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
  double total = 0;
  for (size_t k = 0; k < WIDTH / sizeof(double); k++) total += all[k];
  return total;
}

typedef struct {
  int kind; // 0 to 3: exp by hand F64, F32, of the library F64, F32; 4: read
  int thread;
  size_t length;
  double seconds;
  double *x, *y;
  double rate[TRIALS]; // elements or bytes a second
} Job;

static pthread_barrier_t barrier;
static volatile double sink;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void once(Job *job) {
  switch (job->kind) {
  case 0: hand_exp_f64(job->x, job->y, N); break;
  case 1: hand_exp_f32((float *)job->x, (float *)job->y, N); break;
#ifdef LIBRARY_EXP
  case 2: library_exp_f64(job->x, job->y, N); break;
  case 3: library_exp_f32((float *)job->x, (float *)job->y, N); break;
#endif
  default: sink = read_all(job->x, job->length);
  }
  __asm__ volatile("" ::: "memory");
}

static void *work(void *argument) {
  Job *job = argument;
  cpu_set_t allowed, own;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    int left = job->thread % CPU_COUNT(&allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
      if (CPU_ISSET(cpu, &allowed) && left-- == 0) {
        CPU_ZERO(&own);
        CPU_SET(cpu, &own);
        pthread_setaffinity_np(pthread_self(), sizeof own, &own);
        break;
      }
    }
  }
  once(job);
  long repeats = 1;
  for (double t = 0; t < job->seconds;) { // how often fills a trial
    double start = now();
    for (long k = 0; k < repeats; k++) once(job);
    t = now() - start;
    if (t < job->seconds) repeats = t > job->seconds / 10 ? (long)(repeats * job->seconds / t) + 1 : 2 * repeats;
  }
  for (int trial = 0; trial < TRIALS; trial++) {
    pthread_barrier_wait(&barrier);
    double start = now();
    for (long k = 0; k < repeats; k++) once(job);
    double each = job->kind < 4 ? N : (double)job->length * sizeof(double);
    job->rate[trial] = repeats * each / (now() - start);
  }
  return NULL;
}

// The best trial's sum over the threads.
static double rate(int kind, int threads, size_t bytes, double seconds) {
  static Job jobs[MOST_THREADS];
  pthread_t ids[MOST_THREADS];
  pthread_barrier_init(&barrier, NULL, threads);
  for (int t = 0; t < threads; t++) {
    Job *job = &jobs[t];
    size_t own = kind < 4 ? 2 * N * sizeof(double) : bytes / threads / 512 * 512 + 512;
    *job = (Job){.kind = kind, .thread = t, .seconds = seconds, .length = own / sizeof(double)};
    job->x = aligned_alloc(4096, (own + 4095) / 4096 * 4096);
    if (!job->x) {
      fprintf(stderr, "calibration: no memory for %zu bytes\n", own);
      exit(1);
    }
    job->y = job->x + N;
    if (kind >= 4) memset(job->x, 0, own);
    for (int i = 0; i < N && kind < 4; i++) {
      double value = -60.0 * (i * 7919 % N) / N;
      if (kind % 2) ((float *)job->x)[i] = value;
      else job->x[i] = value;
    }
  }
  for (int t = 0; t < threads; t++) pthread_create(&ids[t], NULL, work, &jobs[t]);
  for (int t = 0; t < threads; t++) pthread_join(ids[t], NULL);
  double best = 0;
  for (int trial = 0; trial < TRIALS; trial++) {
    double sum = 0;
    for (int t = 0; t < threads; t++) sum += jobs[t].rate[trial];
    if (sum > best) best = sum;
  }
  for (int t = 0; t < threads; t++) free(jobs[t].x);
  pthread_barrier_destroy(&barrier);
  return best;
}

static double max_ulp(int kind) {
  Job job = {.kind = kind, .x = aligned_alloc(4096, 4 * N * sizeof(double))};
  job.y = job.x + N;
  double worst = 0;
  for (int i = 0; i < N; i++) {
    if (kind % 2) ((float *)job.x)[i] = -60.0f * i / N;
    else job.x[i] = -60.0 * i / N;
  }
  once(&job);
  for (int i = 0; i < N; i++) {
    long double ulp, error;
    if (kind % 2) {
      double exact = exp((double)((float *)job.x)[i]);
      ulp = nextafterf((float)exact, INFINITY) - (float)exact;
      error = fabs(((float *)job.y)[i] - exact);
    } else {
      long double exact = expl((long double)job.x[i]);
      ulp = nextafter((double)exact, INFINITY) - (double)exact;
      error = fabsl(job.y[i] - exact);
    }
    if (error / ulp > worst) worst = error / ulp;
  }
  free(job.x);
  return worst;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: calibration MILLISECONDS THREADS,... BYTES,...\n");
    return 2;
  }
  double seconds = 1e-3 * atof(argv[1]) / TRIALS;
  const char *methods[] = {"hand", "hand", "library", "library"};
  for (int level = 2; level <= 3; level++) {
    long size = sysconf(level == 2 ? _SC_LEVEL2_CACHE_SIZE : _SC_LEVEL3_CACHE_SIZE);
    if (size > 0) printf("cache %d %ld\n", level, size);
  }
  for (char *t = strtok(strdup(argv[2]), ","); t; t = strtok(NULL, ",")) {
    int threads = atoi(t);
    if (threads < 1 || threads > MOST_THREADS) {
      fprintf(stderr, "calibration: expected 1 to %d threads, received %s\n", MOST_THREADS, t);
      return 2;
    }
#ifdef LIBRARY_EXP
    int kinds = 4;
#else
    int kinds = 2;
#endif
    for (int kind = 0; kind < kinds; kind++) {
      printf("exp %s %s %d %.4f %.2f\n", kind % 2 ? "F32" : "F64", methods[kind], threads,
             1e-9 * rate(kind, threads, 0, seconds), max_ulp(kind));
    }
    char *end;
    for (char *b = argv[3]; *b; b = *end ? end + 1 : end) {
      size_t bytes = strtoull(b, &end, 10);
      if (bytes == 0) break;
      printf("read %zu %d %.2f\n", bytes, threads, 1e-9 * rate(4, threads, bytes, seconds));
    }
    fflush(stdout);
  }
  return 0;
}
