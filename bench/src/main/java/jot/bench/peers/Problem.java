package jot.bench.peers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import jot.Solution;
import jot.tensor.Npy;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a task, in native memory and in files that other processes read; the same on every
 * machine. Weights are all equal, of sum 1.
 */
final class Problem implements AutoCloseable {

  private static final long SEED = 20_22;
  private static final int DIMENSIONS = 2;

  private final Arena arena = Arena.ofShared();
  private final Path folder;
  private final Task task;
  private final Tensor cost;
  private final Tensor a;
  private final Tensor b;
  private final @Nullable Tensor x;
  private final @Nullable Tensor y;
  private final @Nullable Tensor gradient;
  private final double epsilon;
  private final Map<String, @Nullable Object> files = new HashMap<>();

  /** Draws the numbers and writes them to files in {@code folder}. */
  Problem(Task task, Path folder) throws IOException {
    this.task = task;
    this.folder = folder;
    int n = task.n();
    Random random = new Random(SEED + n);
    boolean points = task.cost() == CostKind.POINTS;
    x = points ? drawn(random, n, DIMENSIONS) : null;
    y = points ? drawn(random, n, DIMENSIONS) : null;
    cost = x != null && y != null ? distances(x, y) : drawn(random, n, n);
    a = weights(n);
    b = weights(n);
    gradient = task.work() == Work.BACKWARD ? normal(random, n) : null;
    epsilon = task.epsilon() * range(cost);
    int matrix = task.batch() == 1 ? 2 : 3;
    write("cost", cost, matrix);
    writeVector("a", a);
    writeVector("b", b);
    write("x", x, matrix);
    write("y", y, matrix);
    write("gradient", gradient, matrix);
    files.put("epsilon", epsilon);
  }

  Task task() {
    return task;
  }

  /** (batch, n, n). */
  Tensor cost() {
    return cost;
  }

  /** (batch, 1, n). */
  Tensor a() {
    return a;
  }

  /** (batch, 1, n). */
  Tensor b() {
    return b;
  }

  /** (batch, n, 2); null where costs are not distances. */
  @Nullable Tensor x() {
    return x;
  }

  /** As {@link #x()}. */
  @Nullable Tensor y() {
    return y;
  }

  /** ∂ℓ/∂P, (batch, n, n); there for a backward pass. */
  Tensor gradient() {
    if (gradient == null) {
      throw new IllegalStateException("a gradient is drawn for a backward pass only");
    }
    return gradient;
  }

  /** In the unit of the cost. */
  double epsilon() {
    return epsilon;
  }

  /** Writes the potentials of a solution, from which the backward passes of all systems start. */
  void potentials(Solution solution) throws IOException {
    writeVector("f", solution.f());
    writeVector("g", solution.g());
  }

  /** What a library is told: the files of the numbers, and ε. */
  Map<String, @Nullable Object> request() {
    Map<String, @Nullable Object> request = new HashMap<>(files);
    request.put("do", "problem");
    return request;
  }

  private void write(String name, @Nullable Tensor tensor, int dimensions) throws IOException {
    if (tensor == null) {
      files.put(name, null);
      return;
    }
    Path file = folder.resolve(name + ".npy");
    Npy.write(file, tensor, dimensions);
    files.put(name, file.toString());
  }

  /** (batch, 1, n) as (n,) or (batch, n). */
  private void writeVector(String name, Tensor tensor) throws IOException {
    Shape shape = new Shape(1, tensor.batch(), tensor.cols());
    write(name, tensor.reshape(shape), tensor.batch() == 1 ? 1 : 2);
  }

  private Tensor drawn(Random random, int rows, int columns) {
    Tensor tensor = Tensor.allocate(arena, task.dtype(), new Shape(task.batch(), rows, columns));
    for (long k = 0; k < tensor.shape().elements(); k++) {
      tensor.setFlat(k, random.nextDouble());
    }
    return tensor;
  }

  private Tensor normal(Random random, int n) {
    Tensor tensor = Tensor.allocate(arena, task.dtype(), new Shape(task.batch(), n, n));
    for (long k = 0; k < tensor.shape().elements(); k++) {
      tensor.setFlat(k, random.nextGaussian());
    }
    return tensor;
  }

  private Tensor distances(Tensor from, Tensor to) {
    int n = task.n();
    Tensor tensor = Tensor.allocate(arena, task.dtype(), new Shape(task.batch(), n, n));
    for (int problem = 0; problem < task.batch(); problem++) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          double dx = from.get(problem, i, 0) - to.get(problem, j, 0);
          double dy = from.get(problem, i, 1) - to.get(problem, j, 1);
          tensor.set(problem, i, j, dx * dx + dy * dy);
        }
      }
    }
    return tensor;
  }

  private Tensor weights(int count) {
    Tensor tensor = Tensor.allocate(arena, task.dtype(), new Shape(task.batch(), 1, count));
    tensor.fill(1.0 / count);
    return tensor;
  }

  private static double range(Tensor cost) {
    double smallest = Double.POSITIVE_INFINITY;
    double largest = Double.NEGATIVE_INFINITY;
    for (long k = 0; k < cost.shape().elements(); k++) {
      smallest = Math.min(smallest, cost.getFlat(k));
      largest = Math.max(largest, cost.getFlat(k));
    }
    return largest - smallest;
  }

  /** Frees the memory; the files stay until they are overwritten. */
  @Override
  public void close() {
    arena.close();
  }
}
