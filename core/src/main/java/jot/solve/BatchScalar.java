package jot.solve;

import java.lang.foreign.Arena;
import jot.spi.Buffer;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/** A scalar of each problem on the backend with its host mirror; each is sent or read by itself. */
final class BatchScalar {
  private final Session session;
  private final Buffer device;
  private final Tensor host;

  BatchScalar(Session session, Arena arena) {
    this.session = session;
    device = session.scalar();
    host = Tensor.allocate(arena, DType.F64, new Shape(session.batch(), 1, 1));
  }

  Buffer device() {
    return device;
  }

  double get(int problem) {
    return host.getFlat(problem);
  }

  void set(int problem, double value) {
    host.setFlat(problem, value);
  }

  /** Issues the copy to the backend: the host's side must stay as it is until the next poll. */
  void send() {
    session.write(host, device);
  }

  /** Sends a mask; says whether it names anything. */
  boolean send(boolean[] marks) {
    boolean any = false;
    for (int problem = 0; problem < marks.length; problem++) {
      set(problem, marks[problem] ? 1 : 0);
      any |= marks[problem];
    }
    if (any) {
      send();
    }
    return any;
  }

  /** Issues the copy to the host, which is valid after the next poll. */
  void read() {
    session.read(device, host);
  }
}
