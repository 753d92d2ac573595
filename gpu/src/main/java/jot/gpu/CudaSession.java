package jot.gpu;

import java.util.ArrayList;
import java.util.List;
import jot.spi.Buffer;
import jot.spi.Cholesky;
import jot.spi.DeviceSession;
import jot.spi.MatrixSource;
import jot.spi.PlanGraph;
import jot.spi.Session;
import jot.tensor.DType;
import jot.tensor.DeviceMemory;
import jot.tensor.Shape;
import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Session} on a CUDA device. Operations are written down and given to the device when the
 * session is polled, as one graph where the same block came before; nothing is waited for in
 * between unless pinned memory for copies runs out.
 */
final class CudaSession implements DeviceSession {
  private final CudaBackend backend;
  private final Queue queue;
  private final Work work;
  private final VectorOps vectors;
  private final SinkhornOps sinkhorn;
  private final PlanOps plans;
  private final SystemOps systems;
  private final GradientOps gradients;
  private final List<CudaBuffer> slots;
  private final List<CudaBuffer> owned;
  private final List<Scratch> scratches;
  private final List<HostedGraph> graphs;
  private final @Nullable CudaSession twin;
  private @Nullable CudaSession transposed;
  private @Nullable Cholesky cholesky;
  private boolean closed;

  CudaSession(CudaBackend backend, Queue queue, Shape shape) {
    this(
        backend,
        queue,
        new Work(
            queue,
            new Scratch(backend.memory()),
            shape.batch(),
            shape.rows(),
            shape.cols(),
            new ArrayList<>()),
        null);
  }

  private CudaSession(CudaBackend backend, Queue queue, Work work, @Nullable CudaSession twin) {
    this.backend = backend;
    this.queue = queue;
    this.work = work;
    this.twin = twin;
    slots = work.slots;
    owned = twin == null ? new ArrayList<>() : twin.owned;
    scratches = twin == null ? new ArrayList<>() : twin.scratches;
    graphs = twin == null ? new ArrayList<>() : twin.graphs;
    scratches.add(work.scratch);
    vectors = new VectorOps(work);
    sinkhorn = new SinkhornOps(work, backend.scalingByCublas());
    plans = new PlanOps(work);
    systems = new SystemOps(work, plans);
    gradients = new GradientOps(work);
  }

  @Override
  public int batch() {
    return work.batch;
  }

  @Override
  public int rows() {
    return work.m;
  }

  @Override
  public int columns() {
    return work.n;
  }

  @Override
  public Session transposed() {
    if (transposed == null) {
      transposed = new CudaSession(backend, queue, work.transposed(backend.memory()), this);
    }
    return transposed;
  }

  @Override
  public PlanGraph planGraph() {
    HostedGraph graph = HostedGraph.of(this);
    graphs.add(graph);
    return graph;
  }

  @Override
  public Cholesky cholesky() {
    if (cholesky == null) {
      cholesky = new CholeskyOps(work, plans, vectors);
    }
    return cholesky;
  }

  /** Host numbers into a buffer of the same type, for the problems of a mask. */
  void merge(Tensor source, Buffer destination, Buffer active) {
    CudaBuffer to = CudaBuffer.of(destination);
    long raw = work.room(Scratch.Use.CONVERSION, to.size());
    queue.upload(source.segment(), raw, source.segment().byteSize());
    vectors.convert(raw, narrow(source), to.address, to.narrow(), work.mask(active), to.size());
  }

  // ---- memory ----

  @Override
  public Buffer vector(int length) {
    return matrix(DType.F64, 1, length);
  }

  @Override
  public Buffer matrix(DType dtype, int rows, int columns) {
    CudaBuffer buffer = allocate(dtype, rows, columns);
    queue.zero(buffer.address, bytes(buffer));
    return buffer;
  }

  @Override
  public Buffer slot(DType dtype, int rows, int columns) {
    return allocate(dtype, rows, columns);
  }

  private CudaBuffer allocate(DType dtype, int rows, int columns) {
    Shape shape = new Shape(work.batch, rows, columns);
    long bytes = Math.multiplyExact(shape.elements(), (long) dtype.bytes());
    CudaBuffer buffer = new CudaBuffer(dtype, rows, columns, backend.memory().allocate(bytes));
    owned.add(buffer);
    return buffer;
  }

  private long bytes(CudaBuffer buffer) {
    return buffer.size() * work.batch * buffer.dtype().bytes();
  }

  @Override
  public void bind(Buffer slot, Tensor memory) {
    CudaBuffer buffer = CudaBuffer.of(slot);
    if (memory.dtype() != buffer.dtype()
        || memory.shape().elements() != buffer.size() * work.batch) {
      throw new IllegalArgumentException(
          "memory: expected "
              + buffer.dtype()
              + " "
              + new Shape(work.batch, buffer.rows(), buffer.columns())
              + ", received "
              + memory.dtype()
              + " "
              + memory.shape());
    }
    if (buffer.host != null && buffer.changed) {
      queue.download(buffer.address, buffer.host);
    }
    buffer.changed = false;
    DeviceMemory device = memory.device();
    if (device != null) {
      slots.remove(buffer);
      buffer.host = null;
      buffer.awaited = false;
      if (buffer.address != device.address()) {
        buffer.address = pointer(memory, device);
      }
      return;
    }
    if (buffer.host == null) {
      slots.add(buffer);
    }
    buffer.address = buffer.home;
    buffer.host = memory;
    buffer.awaited = true;
  }

  /** The pointer of a tensor on the device, which CUDA must know. */
  private static long pointer(Tensor tensor, DeviceMemory memory) {
    if (!memory.backend().equals(CudaProvider.NAME)) {
      throw new IllegalArgumentException(
          "memory: expected the device of the backend 'cuda', received " + memory);
    }
    Device.requireOwn(tensor, memory.address());
    return memory.address();
  }

  @Override
  public String device() {
    return CudaProvider.NAME;
  }

  @Override
  public Tensor resident(Buffer buffer) {
    CudaBuffer own = CudaBuffer.of(buffer);
    return Tensor.onDevice(
        new DeviceMemory(CudaProvider.NAME, own.home),
        own.dtype(),
        new Shape(work.batch, own.rows(), own.columns()));
  }

  @Override
  public void weigh(Tensor weights, Buffer to, @Nullable Buffer start, Buffer bad, Buffer mass) {
    long stride = weights.batch() == 1 ? 0 : CudaBuffer.of(to).size();
    long from = onDevice(weights, CudaBuffer.of(to).size());
    vectors.weigh(from, narrow(weights), stride, to, start, bad, mass);
  }

  /** Where a tensor's numbers are on the device, after a copy where they are the host's. */
  private long onDevice(Tensor tensor, long numbers) {
    DeviceMemory device = tensor.device();
    if (device != null) {
      return pointer(tensor, device);
    }
    long raw = work.room(Scratch.Use.CONVERSION, numbers);
    queue.upload(tensor.segment(), raw, tensor.segment().byteSize());
    return raw;
  }

  private long check(Tensor tensor, CudaBuffer buffer) {
    long count = buffer.size() * work.batch;
    if (tensor.shape().elements() != count) {
      throw new IllegalArgumentException(
          "tensor: expected "
              + count
              + " elements for "
              + work.batch
              + " × "
              + buffer.rows()
              + " × "
              + buffer.columns()
              + ", received shape "
              + tensor.shape());
    }
    return count;
  }

  @Override
  public void write(Tensor source, Buffer destination) {
    CudaBuffer to = CudaBuffer.of(destination);
    long count = check(source, to);
    if (source.dtype() == to.dtype() && !source.isOnDevice()) {
      queue.upload(source.segment(), to.address, count * to.dtype().bytes());
    } else {
      long from = onDevice(source, to.size());
      vectors.convert(from, narrow(source), to.address, to.narrow(), 0, to.size());
    }
  }

  @Override
  public void writeTransposed(Tensor source, Buffer destination) {
    CudaBuffer to = CudaBuffer.of(destination);
    check(source, to);
    long raw = onDevice(source, to.size());
    vectors.transpose(raw, narrow(source), to.address, to.narrow(), 0, to.columns(), to.rows());
  }

  @Override
  public void read(Buffer source, Tensor destination) {
    CudaBuffer from = CudaBuffer.of(source);
    check(destination, from);
    long address = work.in(source);
    DeviceMemory device = destination.device();
    if (device != null) {
      long to = pointer(destination, device);
      vectors.convert(address, from.narrow(), to, narrow(destination), 0, from.size());
      return;
    }
    if (destination.dtype() != from.dtype()) {
      long raw = work.room(Scratch.Use.CONVERSION, from.size());
      vectors.convert(address, from.narrow(), raw, narrow(destination), 0, from.size());
      address = raw;
    }
    queue.download(address, destination);
  }

  @Override
  public void readTransposed(Buffer source, Tensor destination) {
    CudaBuffer from = CudaBuffer.of(source);
    check(destination, from);
    DeviceMemory device = destination.device();
    long raw =
        device == null
            ? work.room(Scratch.Use.CONVERSION, from.size())
            : pointer(destination, device);
    vectors.transpose(
        work.in(source), from.narrow(), raw, narrow(destination), 0, from.rows(), from.columns());
    if (device == null) {
      queue.download(raw, destination);
    }
  }

  private static long narrow(Tensor tensor) {
    return tensor.dtype() == DType.F32 ? 1 : 0;
  }

  @Override
  public void poll() {
    work.fetchSlots();
    queue.drain();
    work.requireSlotsAlive();
  }

  @Override
  public void close() {
    if (twin != null || closed) {
      return; // it closes with the session that it was made from
    }
    closed = true;
    graphs.forEach(HostedGraph::close);
    queue.quiet();
    for (CudaBuffer buffer : owned) {
      backend.memory().free(buffer.home, bytes(buffer));
    }
    owned.clear();
    scratches.forEach(Scratch::free);
    backend.release(queue);
  }

  // ---- vectors ----

  @Override
  public void fill(Buffer x, double value, @Nullable Buffer active) {
    vectors.fill(x, value, active);
  }

  @Override
  public void copy(Buffer from, Buffer to, @Nullable Buffer active) {
    vectors.copy(from, to, active);
  }

  @Override
  public void multiply(Buffer x, Buffer y, Buffer out, @Nullable Buffer active) {
    vectors.multiply(x, y, out, active);
  }

  @Override
  public void reciprocal(Buffer x, Buffer out, @Nullable Buffer active) {
    vectors.reciprocal(x, out, active);
  }

  @Override
  public void dot(Buffer x, Buffer y, Buffer out, @Nullable Buffer active) {
    vectors.dot(x, y, out, active);
  }

  @Override
  public void axpy(double s, Buffer p, Buffer q, Buffer x, Buffer y, @Nullable Buffer active) {
    vectors.axpy(s, p, q, x, y, active);
  }

  @Override
  public void xpay(Buffer x, Buffer p, Buffer q, Buffer y, @Nullable Buffer active) {
    vectors.xpay(x, p, q, y, active);
  }

  @Override
  public void maxAbs(Buffer x, Buffer out, @Nullable Buffer active) {
    vectors.maxAbs(x, out, active);
  }

  @Override
  public void keepAbove(Buffer value, double factor, Buffer reference, Buffer active) {
    vectors.keepAbove(value, factor, reference, active);
  }

  @Override
  public void center(Buffer x, Buffer weight, Buffer mean) {
    vectors.center(x, weight, mean);
  }

  // ---- the cost ----

  @Override
  public void inspect(
      MatrixSource cost, Buffer a, Buffer b, Buffer rowAnchor, Buffer columnAnchor, Buffer facts) {
    sinkhorn.inspect(cost, a, b, rowAnchor, columnAnchor, facts);
  }

  @Override
  public void findNonFinite(Buffer matrix, Buffer found) {
    vectors.findNonFinite(matrix, found);
  }

  // ---- Sinkhorn ----

  @Override
  public void rowUpdate(MatrixSource.Gibbs plan, Buffer a, @Nullable Buffer active) {
    sinkhorn.rowUpdate(plan, a, active);
  }

  @Override
  public void columnUpdate(MatrixSource.Gibbs plan, Buffer b, @Nullable Buffer active) {
    sinkhorn.columnUpdate(plan, b, active);
  }

  @Override
  public void sweep(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer active) {
    sinkhorn.sweep(plan, a, b, null, null, threshold, residual, sweeps, active);
  }

  @Override
  public void relaxedSweep(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer omega,
      Buffer columnError,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer active) {
    sinkhorn.sweep(plan, a, b, omega, columnError, threshold, residual, sweeps, active);
  }

  @Override
  public void scalingSweep(
      MatrixSource.Stored kernel,
      Buffer a,
      Buffer b,
      Buffer u,
      Buffer v,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer stale,
      Buffer active) {
    sinkhorn.scalingSweep(
        kernel, a, b, u, v, null, null, threshold, residual, sweeps, stale, active);
  }

  @Override
  public void relaxedScalingSweep(
      MatrixSource.Stored kernel,
      Buffer a,
      Buffer b,
      Buffer u,
      Buffer v,
      Buffer omega,
      Buffer columnError,
      Buffer threshold,
      Buffer residual,
      Buffer sweeps,
      Buffer stale,
      Buffer active) {
    sinkhorn.scalingSweep(
        kernel, a, b, u, v, omega, columnError, threshold, residual, sweeps, stale, active);
  }

  @Override
  public void absorb(
      Buffer u, Buffer v, Buffer epsilon, Buffer f, Buffer g, @Nullable Buffer active) {
    vectors.absorb(u, epsilon, f, active);
    vectors.absorb(v, epsilon, g, active);
  }

  @Override
  public void semidual(
      MatrixSource.Gibbs plan,
      Buffer a,
      Buffer b,
      Buffer columnSums,
      Buffer value,
      Buffer residual,
      @Nullable Buffer stored,
      @Nullable Buffer active) {
    sinkhorn.semidual(plan, a, b, columnSums, value, residual, stored, active);
  }

  @Override
  public void scaleColumns(
      MatrixSource.Gibbs plan, Buffer b, Buffer columnSums, @Nullable Buffer active) {
    vectors.scaleColumns(plan, b, columnSums, active);
  }

  @Override
  public void materialise(MatrixSource source, Buffer out, @Nullable Buffer active) {
    plans.materialise(source, out, active);
  }

  @Override
  public void transpose(Buffer from, Buffer to, @Nullable Buffer active) {
    vectors.transpose(from, to, active);
  }

  @Override
  public void countAbove(MatrixSource source, double threshold, Buffer rowCounts) {
    plans.countAbove(source, threshold, rowCounts);
  }

  @Override
  public void collectAbove(
      MatrixSource source, double threshold, Buffer rowCounts, Buffer columns, Buffer values) {
    plans.collectAbove(source, threshold, rowCounts, columns, values);
  }

  @Override
  public void values(MatrixSource.LogPlan log, Buffer values) {
    plans.values(log, values);
  }

  @Override
  public void marginals(MatrixSource plan, Buffer rowSums, Buffer columnSums) {
    plans.marginals(plan, rowSums, columnSums);
  }

  // ---- the marginal system ----

  @Override
  public void rightHandSide(
      MatrixSource plan,
      @Nullable MatrixSource g,
      Buffer epsilon,
      @Nullable Buffer rowCotangent,
      @Nullable Buffer columnCotangent,
      Buffer rowSums,
      Buffer anchor,
      Buffer level,
      Buffer share,
      Buffer rhs,
      Buffer diagonal) {
    systems.rightHandSide(
        plan,
        g,
        epsilon,
        rowCotangent,
        columnCotangent,
        rowSums,
        anchor,
        level,
        share,
        rhs,
        diagonal);
  }

  @Override
  public void laplacian(
      MatrixSource plan,
      Buffer rowSums,
      Buffer anchor,
      Buffer v,
      Buffer out,
      @Nullable Buffer active) {
    systems.laplacian(plan, rowSums, anchor, v, out, active);
  }

  @Override
  public void eliminate(
      MatrixSource plan,
      Buffer rowSums,
      Buffer columnSums,
      Buffer factor,
      Buffer components,
      @Nullable Buffer active) {
    systems.eliminate(plan, rowSums, columnSums, factor, components, active);
  }

  @Override
  public void eliminateSolve(Buffer factor, Buffer rhs, Buffer y, @Nullable Buffer active) {
    systems.eliminateSolve(factor, rhs, y, active);
  }

  @Override
  public void rowUnknowns(
      MatrixSource plan,
      Buffer rowSums,
      Buffer anchor,
      Buffer share,
      Buffer y,
      Buffer x,
      @Nullable Buffer active) {
    systems.rowUnknowns(plan, rowSums, anchor, share, y, x, active);
  }

  @Override
  public void costGradient(
      MatrixSource.LogPlan log,
      MatrixSource plan,
      @Nullable MatrixSource g,
      @Nullable Buffer rowCotangent,
      Buffer anchor,
      Buffer level,
      Buffer x,
      Buffer y,
      double addPlan,
      @Nullable Buffer out,
      @Nullable Buffer pointsX,
      @Nullable Buffer pointsY,
      Buffer epsilonDerivative,
      @Nullable Buffer active) {
    gradients.costGradient(
        log,
        g,
        rowCotangent,
        anchor,
        level,
        x,
        y,
        addPlan,
        out,
        pointsX,
        pointsY,
        epsilonDerivative,
        active);
  }

  @Override
  public void oneSided(
      MatrixSource.Gibbs plan, @Nullable MatrixSource g, Buffer a, Buffer b, Buffer x, Buffer y) {
    gradients.oneSided(plan, g, a, b, x, y);
  }

  @Override
  public void sensitivity(
      MatrixSource.Gibbs plan,
      @Nullable MatrixSource g,
      Buffer x,
      Buffer y,
      Buffer rowChange,
      Buffer columnChange,
      Buffer rowSums,
      Buffer columnSums) {
    gradients.sensitivity(plan, g, x, y, rowChange, columnChange, rowSums, columnSums);
  }

  @Override
  public void sensitivityNorm(
      MatrixSource.Gibbs plan,
      @Nullable MatrixSource g,
      Buffer x,
      Buffer y,
      Buffer rowChange,
      Buffer columnChange,
      Buffer s,
      Buffer t,
      Buffer norm) {
    gradients.sensitivityNorm(plan, g, x, y, rowChange, columnChange, s, t, norm);
  }

  @Override
  public void adjointSweep(
      MatrixSource.LogPlan log,
      Buffer w,
      Buffer z,
      Buffer costGradient,
      Buffer rowSum,
      Buffer columnSum,
      Buffer epsilonDerivative) {
    gradients.adjointSweep(log, w, z, costGradient, rowSum, columnSum, epsilonDerivative);
  }
}
