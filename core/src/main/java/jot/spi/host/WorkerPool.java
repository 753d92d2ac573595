package jot.spi.host;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A few daemon threads that help one caller at a time through the units of a task. A caller that
 * finds the pool busy works alone: results do not depend on who runs a unit. Nothing is allocated
 * per run, and a helper that the system has not woken is never waited for.
 */
final class WorkerPool {

  /** Work in numbered units that may run in any order, at once. */
  interface Task {
    /** Runs one unit; {@code worker} numbers the thread, 0 is the caller. */
    void run(int unit, int worker);
  }

  /** What one ticket can count; more units than this run in groups. */
  private static final int MAX_UNITS = 1 << 20;

  /** Tickets for each thread, at least: one that is late costs the others little. */
  private static final int SHARES = 8;

  /** Looks at the ticket this often before a helper sleeps: about 50 µs. */
  private static final int SPINS = 1500;

  /** generation (24 bits) | units (20 bits) | next unit (20 bits): claimed by compare-and-set. */
  private final AtomicLong ticket = new AtomicLong();

  private final AtomicInteger completed = new AtomicInteger();
  private final AtomicBoolean busy = new AtomicBoolean();
  private final Helper[] helpers;
  private volatile @Nullable Task task;
  private volatile int group = 1;
  private volatile int total;
  private volatile @Nullable Throwable failure;

  WorkerPool(int threads) {
    helpers = new Helper[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Helper(i + 1);
      helpers[i].thread.start();
    }
  }

  int threads() {
    return helpers.length + 1;
  }

  /**
   * Some thread of the pool that is not a caller's, to ask what it may access; null without one.
   */
  @Nullable Thread helperThread() {
    return helpers.length == 0 ? null : helpers[0].thread;
  }

  /**
   * Runs units 0 … units−1 and returns when all are done; rethrows the first failure.
   *
   * @param atLeast units that a thread takes at a time, where enough remain for the others
   */
  void run(Task work, int units, int atLeast) {
    if (helpers.length == 0 || units < 2 || !busy.compareAndSet(false, true)) {
      for (int unit = 0; unit < units; unit++) {
        work.run(unit, 0);
      }
      return;
    }
    try {
      int shares = SHARES * threads();
      int perTicket =
          Math.max(
              (units + MAX_UNITS - 2) / (MAX_UNITS - 1),
              Math.min(atLeast, (units + shares - 1) / shares));
      int tickets = (units + perTicket - 1) / perTicket;
      task = work;
      group = perTicket;
      total = units;
      failure = null;
      completed.set(0);
      try {
        long generation = (ticket.get() >>> 40) + 1;
        ticket.set(generation << 40 | (long) tickets << 20);
        for (Helper helper : helpers) {
          if (helper.parked) {
            LockSupport.unpark(helper.thread);
          }
        }
        drain(0);
      } finally {
        awaitClaimed();
      }
      Throwable thrown = failure;
      if (thrown != null) {
        WorkerPool.<RuntimeException>rethrow(thrown);
      }
    } finally {
      task = null;
      busy.set(false);
    }
  }

  /**
   * Offers no more units and waits for those that run: also when this thread has no stack left to
   * take its share, for the caller may go on to free the memory they work on.
   */
  @SuppressWarnings("ThreadPriorityCheck") // the yield is for a helper that this processor must run
  private void awaitClaimed() {
    long generation = ticket.get() >>> 40;
    long claimed = ticket.getAndSet(generation << 40) & (MAX_UNITS - 1);
    for (int spins = 0; completed.get() < claimed; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  /** Claims and runs units until none is left. */
  private void drain(int worker) {
    while (true) {
      long now = ticket.get();
      int next = (int) (now & (MAX_UNITS - 1));
      int tickets = (int) (now >>> 20 & (MAX_UNITS - 1));
      if (next >= tickets) {
        return;
      }
      if (ticket.compareAndSet(now, now + 1)) {
        try {
          Task work = task;
          int first = next * group;
          int end = Math.min(first + group, total);
          for (int unit = first; work != null && unit < end; unit++) {
            work.run(unit, worker);
          }
        } catch (Throwable thrown) { // anything: the caller must see it and must not hang
          failure = thrown;
        } finally {
          completed.incrementAndGet();
        }
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void rethrow(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private final class Helper implements Runnable {
    private final int worker;
    private final Thread thread;
    private volatile boolean parked;

    Helper(int worker) {
      this.worker = worker;
      thread = Thread.ofPlatform().daemon().name("jot-worker-" + worker).unstarted(this);
    }

    private boolean idle() {
      long now = ticket.get();
      return (now & (MAX_UNITS - 1)) >= (now >>> 20 & (MAX_UNITS - 1));
    }

    @Override
    public void run() {
      while (true) {
        drain(worker);
        for (int spins = 0; idle() && spins < SPINS; spins++) {
          Thread.onSpinWait();
        }
        if (idle()) {
          parked = true;
          if (idle()) {
            LockSupport.park(this);
          }
          parked = false;
        }
      }
    }
  }
}
