import * as tf from '@tensorflow/tfjs';
import { appendTokensKernel, type AppendTokensAttributes } from '@gptloom/ops';
import { dataMovementKernels } from './data-movement.ts';
import { sizeOf, type EngineKernel } from './engine-kernel.ts';

/** Fewer tokens than these are not worth a block of their own. */
const leastReserve = 32;

/**
 * Appending tokens to one row writes them behind the others. What comes first is copied only when the block is full, into one
 * for twice as many; so each token is copied about once. Several rows would move apart, so they are joined anew.
 */
const appendTokens: EngineKernel = (call) => {
  const { backend, attributes } = call;
  const { x, added } = call.inputs;
  if (x!.shape[0] !== 1) return dataMovementKernels[tf.Concat]!({ ...call, attributes: { axis: 1 } });
  const [, time, heads, dim] = x!.shape as [number, number, number, number];
  const total = time + added!.shape[1]!;
  const { capacity } = attributes as AppendTokensAttributes;
  const reserve = Math.min(capacity, Math.max(2 * total, leastReserve));
  const y = backend.grow(x!, [1, total, heads, dim], reserve * heads * dim);
  const end = backend.pointer(y) + 4 * time * heads * dim;
  backend.engine.copy(backend.pointer(added!), end, 4 * sizeOf(added!.shape));
  return y;
};

/** Sequences that grow. */
export const appendTokensKernels: Readonly<Record<string, EngineKernel>> = { [appendTokensKernel]: appendTokens };
