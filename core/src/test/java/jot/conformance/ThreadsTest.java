package jot.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import jot.LinearSolver;
import jot.Problem;
import jot.Sinkhorn;
import jot.SinkhornLayer;
import jot.Solution;
import jot.Solver;
import jot.tensor.DType;
import jot.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The number of threads, and whether the code is warm, never changes a bit. */
class ThreadsTest {

  private static Sinkhorn sinkhorn(
      int threads, Solver solver, LinearSolver linear, double epsilon) {
    return Sinkhorn.builder()
        .epsilon(epsilon)
        .tolerance(1e-9)
        .maxIterations(300)
        .solver(solver)
        .linearSolver(linear)
        .threads(threads)
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "LOG,DENSE,40,30",
    "LOG,CG,130,257",
    "SCALING,CG,257,130",
    "SCALING,DENSE,64,64",
    "LOG,DENSE,1,300",
    "LOG,CG,300,1",
    "LOG,CG,3,1000"
  })
  void any_number_of_threads_gives_the_same_bits(Solver solver, LinearSolver linear, int m, int n) {
    Random random = new Random(71);
    Problems.Case p = Problems.random(random, m, n, 0.2);
    double[][] w = Matrices.gaussian(random, m, n);
    Answer one = Answer.solve(sinkhorn(1, solver, linear, p.epsilon()), p, plan -> w);
    for (int threads : new int[] {2, 3}) {
      Answer many = Answer.solve(sinkhorn(threads, solver, linear, p.epsilon()), p, plan -> w);
      assertThat(many.plan()).isDeepEqualTo(one.plan());
      assertThat(many.f()).isEqualTo(one.f());
      assertThat(many.g()).isEqualTo(one.g());
      assertThat(many.residual()).isEqualTo(one.residual());
      assertThat(many.kl()).isEqualTo(one.kl());
      assertThat(many.gradients().cost()).isDeepEqualTo(one.gradients().cost());
      assertThat(many.gradients().a()).isEqualTo(one.gradients().a());
      assertThat(many.gradients().b()).isEqualTo(one.gradients().b());
      assertThat(many.gradients().epsilon()).isEqualTo(one.gradients().epsilon());
    }
  }

  @ParameterizedTest
  @CsvSource({"LOG,DENSE,1", "LOG,CG,2", "SCALING,DENSE,3", "SCALING,CG,1"})
  void warm_code_gives_the_bits_of_cold_code(Solver solver, LinearSolver linear, int threads) {
    Random random = new Random(72);
    int m = 11;
    int n = 13;
    Problems.Case p = Problems.random(random, m, n, 0.5);
    Tensor cost = Answer.tensor(p.cost());
    Tensor a = Answer.vector(p.a());
    Tensor b = Answer.vector(p.b());
    Tensor w = Answer.tensor(Matrices.gaussian(random, m, n));
    Sinkhorn sinkhorn = sinkhorn(threads, solver, linear, p.epsilon());
    try (SinkhornLayer layer = sinkhorn.layer(DType.F64, 1, m, n)) {
      double[] plan = layer.forward(cost, a, b).plan().toArray();
      double[] gradient = layer.backward(w).cost().toArray();
      for (int k = 0; k < 2000; k++) {
        Solution s = layer.forward(cost, a, b);
        double[] again = layer.backward(w).cost().toArray();
        if (k % 100 == 99) {
          assertThat(s.plan().toArray()).isEqualTo(plan);
          assertThat(again).isEqualTo(gradient);
        }
      }
    }
  }

  @Test
  void sixty_four_threads_through_one_sinkhorn_get_the_right_answers() throws Exception {
    int callers = 64;
    Random random = new Random(73);
    Sinkhorn sinkhorn = sinkhorn(2, Solver.AUTO, LinearSolver.AUTO, 0.1);
    List<Problems.Case> cases = new ArrayList<>();
    List<double[][]> gradients = new ArrayList<>();
    List<Answer> alone = new ArrayList<>();
    for (int k = 0; k < callers; k++) {
      int m = 5 + random.nextInt(30);
      int n = 5 + random.nextInt(30);
      Problems.Case p = Problems.random(random, m, n, 0.3);
      double[][] w = Matrices.gaussian(random, m, n);
      cases.add(p);
      gradients.add(w);
      alone.add(Answer.solve(sinkhorn, problem(p), plan -> w));
    }
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(callers)) {
      List<Future<?>> done = new ArrayList<>();
      for (int k = 0; k < callers; k++) {
        int index = k;
        done.add(
            pool.submit(
                () -> {
                  start.await();
                  for (int repeat = 0; repeat < 5; repeat++) {
                    Answer expected = alone.get(index);
                    Answer answer =
                        Answer.solve(
                            sinkhorn, problem(cases.get(index)), plan -> gradients.get(index));
                    assertThat(answer.plan()).isDeepEqualTo(expected.plan());
                    assertThat(answer.gradients().cost())
                        .isDeepEqualTo(expected.gradients().cost());
                  }
                  return null;
                }));
      }
      start.countDown();
      for (Future<?> one : done) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
  }

  private static Problem problem(Problems.Case p) {
    return Answer.problem(p).epsilon(p.epsilon());
  }
}
