package jot.spi;

import jot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A session on a device whose memory the caller may share: {@link #bind}, {@link #write} and {@link
 * #read} take tensors that {@linkplain Tensor#isOnDevice lie there}, and copy nothing over the bus
 * for them.
 */
public interface DeviceSession extends Session {
  /** The name in the {@linkplain jot.tensor.DeviceMemory memory} of tensors on this device. */
  String device();

  /**
   * A buffer of this session as a tensor on the device, which lives as long as the session. What it
   * holds is complete after a poll.
   */
  Tensor resident(Buffer buffer);

  /**
   * Takes over the weights of one side and looks at them, where they lie.
   *
   * @param weights one vector a problem, or one for all; on the device or the host, F32 or F64
   * @param to ← the weights, F64
   * @param start ← 0 where there is mass and −∞ where there is none; or null
   * @param bad scalars ← the index of the first weight that is negative, infinite or NaN, or −1
   * @param mass scalars ← Σ of the weights
   */
  void weigh(Tensor weights, Buffer to, @Nullable Buffer start, Buffer bad, Buffer mass);
}
