package jot.spi.host;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jot.spi.Session;

/**
 * Kernels that refuse memory which no session has allocated, wherever {@link RowKernels} says that
 * an operand is the session's own. A backend may read such operands without the JDK's checks, so an
 * operation that gives a kernel lent memory there must fail a test.
 */
public final class OwnOperands {
  /** Kernels with operands of the session's own, and which of their parameters may be lent. */
  private static final Map<String, Set<Integer>> LENT =
      Map.ofEntries(
          Map.entry("dots/9", Set.of()),
          Map.entry("dotsInF32/9", Set.of()),
          Map.entry("axpys/9", Set.of()),
          Map.entry("axpysInF32/9", Set.of()),
          Map.entry("anchoredDots/11", Set.of()),
          Map.entry("addAnchoreds/13", Set.of()),
          Map.entry("addLog/8", Set.of()),
          Map.entry("addTile/8", Set.of()),
          Map.entry("gibbsInRange/9", Set.of(0, 6)),
          Map.entry("gibbsInRange/15", Set.of(1)),
          Map.entry("gibbsInF32/9", Set.of(0)),
          Map.entry("gibbsToF32/9", Set.of(0)));

  private static final Set<MemorySegment.Scope> OWN = ConcurrentHashMap.newKeySet();

  private OwnOperands() {}

  /** A session whose memory counts as its own from now on. */
  public static Session known(Session session) {
    OWN.add(((HostSession) session).allocate(1).scope());
    return session;
  }

  /** Kernels like these that check their operands. */
  public static RowKernels checking(RowKernels kernels) {
    return (RowKernels)
        Proxy.newProxyInstance(
            RowKernels.class.getClassLoader(),
            new Class<?>[] {RowKernels.class},
            (proxy, method, arguments) -> {
              Object[] given = arguments == null ? new Object[0] : arguments;
              check(method, given);
              try {
                return method.invoke(kernels, given);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Names of kernels that are checked, with the number of their parameters. */
  static Set<String> kernels() {
    return LENT.keySet();
  }

  static String name(Method method) {
    return method.getName() + "/" + method.getParameterCount();
  }

  private static void check(Method method, Object[] given) {
    Set<Integer> lent = LENT.get(name(method));
    for (int k = 0; lent != null && k < given.length; k++) {
      if (!lent.contains(k)
          && given[k] instanceof MemorySegment segment
          && !OWN.contains(segment.scope())) {
        throw new AssertionError(
            "%s: parameter %d is lent memory, and is the session's own by contract"
                .formatted(name(method), k));
      }
    }
  }
}
