package jot.conformance;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** How bad input is refused: argument, what is expected, what was received. */
final class Refusal {

  private Refusal() {}

  static void assertRefused(ThrowingCallable call, String argument, String received) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .contains(argument)
        .containsIgnoringCase("expected")
        .contains("received")
        .contains(received);
  }
}
