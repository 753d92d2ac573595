package jot.conformance;

import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Runs passes on a thread of its own and counts the bytes that all other live threads allocate
 * while they run. The two threads talk by volatile fields alone, which allocate nothing.
 */
final class AllocationMeter implements AutoCloseable {

  /** Reached by reflection: a module that is tested need not read {@code jdk.management}. */
  private final Object bean;

  private final Method threadIds;
  private final Method bytes;
  private final Set<Long> harness;
  private volatile int requested;
  private volatile int done;
  private volatile boolean closed;
  private volatile Throwable failure;

  AllocationMeter(Runnable pass) throws ReflectiveOperationException {
    Class<?> factory = Class.forName("java.lang.management.ManagementFactory");
    bean = factory.getMethod("getThreadMXBean").invoke(null);
    threadIds = Class.forName("java.lang.management.ThreadMXBean").getMethod("getAllThreadIds");
    bytes =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getThreadAllocatedBytes", long[].class);
    harness =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("surefire-"))
            .map(Thread::threadId)
            .collect(Collectors.toSet());
    Thread worker = new Thread(() -> work(pass), "allocation-meter");
    worker.setDaemon(true);
    worker.start();
  }

  private void work(Runnable pass) {
    int passed = 0;
    while (!closed) {
      if (passed < requested) {
        try {
          pass.run();
        } catch (Throwable t) {
          failure = t;
          return;
        }
        passed++;
        done = passed;
      } else {
        Thread.onSpinWait();
      }
    }
  }

  /** Bytes that threads other than the caller and the harness's allocate during so many passes. */
  long allocated(int passes) throws Exception {
    Map<Long, Long> before = counters();
    int goal = done + passes;
    requested = goal;
    while (done < goal) {
      if (failure != null) {
        throw new IllegalStateException("a pass failed", failure);
      }
      Thread.sleep(1);
    }
    long sum = 0;
    for (Map.Entry<Long, Long> after : counters().entrySet()) {
      sum += after.getValue() - before.getOrDefault(after.getKey(), 0L);
    }
    return sum;
  }

  private Map<Long, Long> counters() throws ReflectiveOperationException {
    long[] ids = (long[]) threadIds.invoke(bean);
    long[] counts = (long[]) bytes.invoke(bean, (Object) ids);
    Map<Long, Long> counters = new HashMap<>();
    for (int k = 0; k < ids.length; k++) {
      boolean mine = ids[k] == Thread.currentThread().threadId();
      if (counts[k] >= 0 && !mine && !harness.contains(ids[k])) {
        counters.put(ids[k], counts[k]);
      }
    }
    return counters;
  }

  @Override
  public void close() {
    closed = true; // the worker is idle: it ends by itself
  }
}
