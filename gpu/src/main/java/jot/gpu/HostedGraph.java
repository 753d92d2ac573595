package jot.gpu;

import java.lang.foreign.Arena;
import jot.spi.Backend;
import jot.spi.Backends;
import jot.spi.Buffer;
import jot.spi.MatrixSource;
import jot.spi.PlanGraph;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.Shape;
import jot.tensor.Tensor;

/**
 * The preconditioner of conjugate gradients, on the host: a sparse elimination is no work for a
 * device. The plan travels only when a factor is asked for, that is where steps on the device alone
 * would crawl; then each step takes a vector there and back. Products stay on the device.
 */
final class HostedGraph implements PlanGraph {
  private final CudaSession device;
  private final Session host;
  private final PlanGraph graph;
  private final Arena arena = Arena.ofShared();
  private final Tensor matrix;
  private final Tensor columns;
  private final Tensor scalars;
  private final MatrixSource.Stored plan;
  private final Buffer rowSums;
  private final Buffer columnSums;
  private final Buffer entries;
  private final Buffer kept;
  private final Buffer mask;
  private final Buffer in;
  private final Buffer out;
  private final Buffer stored;
  private boolean exact;

  private HostedGraph(CudaSession device, Session host, PlanGraph graph) {
    this.device = device;
    this.host = host;
    this.graph = graph;
    int batch = device.batch();
    matrix = Tensor.allocate(arena, DType.F64, new Shape(batch, device.rows(), device.columns()));
    columns = Tensor.allocate(arena, DType.F64, new Shape(batch, 1, device.columns()));
    scalars = Tensor.allocate(arena, DType.F64, new Shape(batch, 1, 1));
    stored = device.matrix(DType.F64, device.rows(), device.columns());
    Buffer slot = host.slot(DType.F64, device.rows(), device.columns());
    host.bind(slot, matrix);
    plan = new MatrixSource.Stored(slot);
    rowSums = host.vector(device.rows());
    columnSums = host.vector(device.columns());
    entries = host.scalar();
    kept = host.scalar();
    mask = host.scalar();
    in = host.vector(device.columns());
    out = host.vector(device.columns());
  }

  /** A graph on the fastest backend of the host. */
  static HostedGraph of(CudaSession device) {
    Session host = cpu().open(device.batch(), device.rows(), device.columns());
    PlanGraph graph = host.planGraph();
    if (graph == null) {
      host.close();
      throw new IllegalStateException("the host's backend has no sparse operations");
    }
    return new HostedGraph(device, host, graph);
  }

  private static Backend cpu() {
    for (Backends.Found found : Backends.find()) {
      boolean own = found.name().equals(CudaProvider.NAME);
      if (!own && found.provider().priority() >= 0 && found.availability().usable()) {
        return Backends.choose(found.name(), Backends.defaultThreads());
      }
    }
    throw new IllegalStateException("no backend of the host found: is jot-core whole?");
  }

  void close() {
    host.close();
    arena.close();
  }

  /** Nothing is looked at yet: products on the device are dense. */
  @Override
  public void scan(
      MatrixSource source,
      Buffer ofRows,
      Buffer ofColumns,
      boolean exactly,
      Buffer counts,
      Buffer active) {
    exact = exactly;
    device.fill(counts, -1, active);
  }

  @Override
  public void product(Buffer rowSums, Buffer v, Buffer product, Buffer active) {
    throw new IllegalStateException("product: no plan was found to have few entries");
  }

  @Override
  public void build(MatrixSource source, Buffer rhs, Buffer limit, Buffer active) {
    device.materialise(source, stored, active);
    device.read(stored, matrix);
    device.read(rhs, columns);
    device.read(limit, scalars);
    device.poll();
    host.write(columns, in);
    host.write(scalars, kept);
    copyMask(active);
    host.marginals(plan, rowSums, columnSums);
    graph.scan(plan, rowSums, columnSums, exact, entries, mask);
    graph.build(plan, in, kept, mask);
    host.read(kept, scalars);
    host.poll();
    device.write(scalars, limit);
  }

  private void copyMask(Buffer active) {
    Tensor marks = scalars;
    device.read(active, marks);
    device.poll();
    host.write(marks, mask);
    host.poll();
  }

  @Override
  public void apply(Buffer r, Buffer z, Buffer active) {
    copyMask(active);
    device.read(r, columns);
    device.poll();
    host.write(columns, in);
    graph.apply(in, out, mask);
    host.read(out, columns);
    host.poll();
    device.merge(columns, z, active);
  }

  @Override
  public long fill(int problem) {
    return graph.fill(problem);
  }
}
