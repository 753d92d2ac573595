package jot.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import jot.tensor.DType;
import jot.tensor.Npy;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/**
 * A numpy file that an option named.
 *
 * @param option the option, such as {@code --cost}
 * @param file the file
 * @param dimensions number of dimensions in the file
 * @param tensor its elements, mapped
 */
record InputFile(String option, Path file, int dimensions, Tensor tensor) {

  static InputFile read(String option, Path file, Arena arena) {
    try {
      return new InputFile(option, file, Npy.header(file).dimensions(), Npy.read(file, arena));
    } catch (NoSuchFileException e) {
      throw new BadInputException(
          option + " " + file + ": expected an .npy file, found none: check the path", e);
    } catch (AccessDeniedException e) {
      throw new BadInputException(
          option + " " + file + ": expected a readable file, found no right to read it", e);
    } catch (IOException e) {
      String message = Failure.oneLine(e);
      throw new BadInputException(
          option + " " + (message.startsWith(file.toString()) ? "" : file + ": ") + message, e);
    }
  }

  /** The shape as it stands in the file. */
  String shape() {
    Shape s = tensor.shape();
    return switch (dimensions) {
      case 1 -> "(" + s.cols() + ",)";
      case 2 -> "(" + s.rows() + ", " + s.cols() + ")";
      default -> s.toString();
    };
  }

  BadInputException wrongShape(String expected, String remedy) {
    return new BadInputException(
        "%s %s: expected the shape %s, received %s: %s"
            .formatted(option, file, expected, shape(), remedy));
  }

  /** The weights of one side: (count,) for all problems or (batch, count). */
  Tensor weights(int batch, int count, String side) {
    Shape s = tensor.shape();
    boolean shared = dimensions == 1 && s.cols() == count;
    boolean each = dimensions == 2 && s.rows() == batch && s.cols() == count;
    if (!shared && !each) {
      String one = "(" + count + ",)";
      throw wrongShape(
          batch == 1 ? one : one + " or (" + batch + ", " + count + ")",
          "give one weight for each of the %d %s of --cost".formatted(count, side));
    }
    return tensor.reshape(new Shape(s.rows(), 1, count));
  }

  /** The elements as the given type; a number that leaves the range of F32 is bad input. */
  Tensor as(DType dtype, Arena arena) {
    if (dtype == tensor.dtype()) {
      return tensor;
    }
    Tensor converted = tensor.copyTo(arena, dtype);
    for (long k = 0; k < tensor.shape().elements(); k++) {
      // +∞ would forbid the pair: never by rounding
      if (Double.isInfinite(converted.getFlat(k)) && Double.isFinite(tensor.getFlat(k))) {
        throw new BadInputException(
            "%s %s: expected numbers within the range of --dtype f32, received %s at %s: use f64"
                .formatted(option, file, tensor.getFlat(k), index(k)));
      }
    }
    return converted;
  }

  /** Checks what the library would see only after the forward pass. */
  InputFile requireFinite() {
    for (long k = 0; k < tensor.shape().elements(); k++) {
      if (!Double.isFinite(tensor.getFlat(k))) {
        throw new BadInputException(
            "%s %s: expected finite numbers, received %s at %s: set it to 0 where the plan is 0"
                .formatted(option, file, tensor.getFlat(k), index(k)));
      }
    }
    return this;
  }

  /** Index of element k as numpy counts, such as {@code [0, 2]}. */
  private String index(long k) {
    Shape s = tensor.shape();
    long column = k % s.cols();
    long row = k / s.cols() % s.rows();
    long problem = k / s.problemElements();
    return switch (dimensions) {
      case 1 -> "[" + column + "]";
      case 2 -> "[" + row + ", " + column + "]";
      default -> "[" + problem + ", " + row + ", " + column + "]";
    };
  }
}
