package jot.bench.demo;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jot.Gradients;
import jot.Sinkhorn;
import jot.SinkhornLayer;
import jot.Solution;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/**
 * The image nearest to several images in transport distance, found by gradient descent: the images
 * are one batch, the layer gives ∂(sharp cost)/∂a, and a = softmax(z) stays a distribution.
 *
 * <p>Minimising the sharp cost {@code <P,C>}, which needs the gradient through the plan, keeps the
 * image crisp where the entropic value would blur it (Luise, Rudi, Pontil, Ciliberto, NeurIPS
 * 2018).
 */
final class Barycenter {

  private static final double RATE = 0.3;
  private static final double FIRST_DECAY = 0.7;
  private static final double SECOND_DECAY = 0.99;

  private final List<double[]> frames = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();

  private Barycenter() {}

  /** Descends {@code steps} steps from the uniform image; {@code done} runs after each. */
  static Barycenter descend(
      Sinkhorn sinkhorn, PixelGrid grid, List<double[]> images, int steps, Runnable done) {
    Barycenter result = new Barycenter();
    int batch = images.size();
    int size = grid.size();
    try (Arena arena = Arena.ofShared();
        SinkhornLayer layer = sinkhorn.layer(DType.F64, batch, size, size)) {
      Tensor cost = grid.costs(arena, batch);
      Tensor a = Tensor.allocate(arena, DType.F64, new Shape(batch, 1, size));
      Tensor b = Tensor.allocate(arena, DType.F64, new Shape(batch, 1, size));
      for (int k = 0; k < batch; k++) {
        for (int p = 0; p < size; p++) {
          b.set(k, 0, p, images.get(k)[p]);
        }
      }
      Adam adam = new Adam(size);
      for (int step = 0; step < steps; step++) {
        double[] image = softmax(adam.z);
        for (int k = 0; k < batch; k++) {
          for (int p = 0; p < size; p++) {
            a.set(k, 0, p, image[p]);
          }
        }
        Solution solution = layer.forward(cost, a, b);
        double loss = 0;
        for (int k = 0; k < batch; k++) {
          loss += solution.sharpCost(k) / batch;
        }
        result.frames.add(image);
        result.losses.add(loss);
        adam.step(gradient(layer.backward(cost), image, batch));
        done.run();
      }
    }
    return result;
  }

  /** Mean over the problems, pulled back through the softmax: ∂ℓ/∂z = a∘(x − ⟨a,x⟩). */
  private static double[] gradient(Gradients gradients, double[] image, int batch) {
    double[] x = new double[image.length];
    double mean = 0;
    for (int p = 0; p < x.length; p++) {
      for (int k = 0; k < batch; k++) {
        x[p] += gradients.a().get(k, 0, p) / batch;
      }
      mean += image[p] * x[p];
    }
    for (int p = 0; p < x.length; p++) {
      x[p] = image[p] * (x[p] - mean);
    }
    return x;
  }

  private static double[] softmax(double[] z) {
    double largest = Arrays.stream(z).max().orElse(0);
    double[] image = Arrays.stream(z).map(v -> Math.exp(v - largest)).toArray();
    double sum = Arrays.stream(image).sum();
    return Arrays.stream(image).map(v -> v / sum).toArray();
  }

  /** The image after so many steps. */
  double[] frame(int step) {
    return frames.get(step);
  }

  double[] last() {
    return frames.getLast();
  }

  /** Mean sharp cost before each step. */
  double[] losses() {
    return losses.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Adam (Kingma and Ba, ICLR 2015): steps of like size for bright pixels and dark ones. */
  private static final class Adam {
    private final double[] z;
    private final double[] first;
    private final double[] second;
    private int steps;

    Adam(int size) {
      z = new double[size];
      first = new double[size];
      second = new double[size];
    }

    void step(double[] gradient) {
      steps++;
      double firstScale = 1 - Math.pow(FIRST_DECAY, steps);
      double secondScale = 1 - Math.pow(SECOND_DECAY, steps);
      for (int p = 0; p < z.length; p++) {
        double g = gradient[p];
        first[p] = FIRST_DECAY * first[p] + (1 - FIRST_DECAY) * g;
        second[p] = SECOND_DECAY * second[p] + (1 - SECOND_DECAY) * g * g;
        z[p] -= RATE * (first[p] / firstScale) / (Math.sqrt(second[p] / secondScale) + 1e-12);
      }
    }
  }
}
