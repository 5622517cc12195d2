import type * as tf from '@tensorflow/tfjs';
import { appendTokensKernel, type AppendTokensAttributes } from '@gptloom/ops';
import type { SimdBackend } from '../simd-backend.ts';
import { rowsOfChunk, sizeOf, type EngineKernel } from './engine-kernel.ts';

/** Fewer tokens than these are not worth a block of their own. */
const leastReserve = 32;

/**
 * A sequence `[batch, time, heads, dim]` with room for further tokens behind those of each row. What comes first is copied only when its
 * block is full, into one for twice as many; so each token is copied about once. Several rows would move apart, so they are copied each time.
 */
export function lengthen(backend: SimdBackend, x: tf.TensorInfo, added: number, capacity: number): tf.TensorInfo {
  const [batch, time, heads, dim] = x.shape as [number, number, number, number];
  const token = heads * dim;
  const total = time + added;
  const shape = [batch, total, heads, dim];
  if (batch === 1) return backend.grow(x, shape, token * Math.min(capacity, Math.max(2 * total, leastReserve)));
  const y = backend.allocate(shape);
  const copy = [backend.pointer(x), 0, 4 * time * token, backend.pointer(y), 0, 4 * total * token, 1, 4 * time * token];
  backend.engine.run('copyBlocks', copy, batch, rowsOfChunk(time * token));
  return y;
}

const appendTokens: EngineKernel = ({ inputs, backend, attributes }) => {
  const { x, added } = inputs;
  const [batch, newTime, heads, dim] = added!.shape as [number, number, number, number];
  const y = lengthen(backend, x!, newTime, (attributes as AppendTokensAttributes).capacity);
  const bytes = 4 * newTime * heads * dim;
  const row = 4 * sizeOf(y.shape.slice(1));
  const copy = [backend.pointer(added!), 0, bytes, backend.pointer(y) + row - bytes, 0, row, 1, bytes];
  backend.engine.run('copyBlocks', copy, batch, rowsOfChunk(bytes / 4));
  return y;
};

/** Sequences that grow. */
export const appendTokensKernels: Readonly<Record<string, EngineKernel>> = { [appendTokensKernel]: appendTokens };
