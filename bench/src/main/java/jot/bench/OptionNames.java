package jot.bench;

import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The library names the argument that is wrong; who types a command knows options and files. This
 * puts the one in the place of the other, so that what is checked, and said, stays in one place.
 */
final class OptionNames {

  private static final Pattern ARGUMENTS = Pattern.compile("^([a-zA-Z, ]{1,40}?)(\\[\\d+])?: ");

  private final SolveCommand command;

  OptionNames(SolveCommand command) {
    this.command = command;
  }

  /** Does the work; an {@link IllegalArgumentException} becomes bad input with options' names. */
  <T extends @Nullable Object> T translate(Supplier<T> work) {
    try {
      return work.get();
    } catch (IllegalArgumentException e) {
      throw new BadInputException(translate(Failure.oneLine(e)), e);
    }
  }

  private String translate(String message) {
    Matcher matcher = ARGUMENTS.matcher(message);
    if (!matcher.find()) {
      return message;
    }
    StringBuilder names = new StringBuilder();
    for (String argument : matcher.group(1).split(", | and ", -1)) {
      names.append(names.isEmpty() ? "" : " and ").append(option(argument.strip()));
    }
    String index = matcher.group(2) == null ? "" : matcher.group(2);
    return names + index + ": " + message.substring(matcher.end());
  }

  private String option(String argument) {
    SolveCommand.Loss loss = command.loss;
    return switch (argument) {
      case "cost" -> "--cost " + command.cost;
      case "a" -> command.a == null ? "a (uniform, as --a is not given)" : "--a " + command.a;
      case "b" -> command.b == null ? "b (uniform, as --b is not given)" : "--b " + command.b;
      case "epsilon" -> "--epsilon";
      case "tolerance" -> "--tolerance";
      case "maxIterations" -> "--max-iterations";
      case "solver" -> "--solver";
      case "linearSolver" -> "--linear-solver";
      case "backend" -> command.backend == null ? "property jot.backend" : "--backend";
      case "threads" -> "--threads";
      case "planGradient" -> "--plan-gradient " + (loss == null ? "" : loss.planGradient);
      default -> argument;
    };
  }
}
