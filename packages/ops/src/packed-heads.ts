import * as tf from '@tensorflow/tfjs';
import { ShapeError } from '@gptloom/core';
import { checkTensor, describeTensor } from './check-tensor.ts';

/** How the last axis of a projection to queries, keys and values is made of heads. */
export interface PackedHeads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** Checks a packed projection `[batch, time, (heads + 2 kvHeads) headDim]`, and finds the size of its heads. */
export function checkPackedHeads(who: string, packed: tf.Tensor3D, heads: number, kvHeads: number): PackedHeads {
  checkTensor(who, 'queryKeyValue', packed, { shape: ['batch', 'time', '(heads + 2 kvHeads) headDim'] });
  const headDim = packed.shape[2] / (heads + 2 * kvHeads);
  if (Number.isInteger(headDim)) return { heads, kvHeads, headDim };
  throw new ShapeError({
    who,
    rule: `the last axis must be divisible by heads + 2 kvHeads = ${heads + 2 * kvHeads}`,
    received: describeTensor(packed),
  });
}

/** Queries `[batch, time, heads, headDim]`, keys and values `[batch, time, kvHeads, headDim]` of a packed projection. */
export function splitHeads(
  packed: tf.Tensor3D,
  { heads, kvHeads, headDim }: PackedHeads,
): Record<'query' | 'key' | 'value', tf.Tensor4D> {
  const [batch, time] = packed.shape;
  const all: tf.Tensor4D = tf.reshape(packed, [batch, time, heads + 2 * kvHeads, headDim]);
  const [query, key, value] = tf.split(all, [heads, kvHeads, kvHeads], 2) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  return { query, key, value };
}

/** What attention gives `[batch, time, heads, headDim]`, its heads side by side: `[batch, time, heads headDim]`. */
export function joinHeads(mixed: tf.Tensor4D): tf.Tensor3D {
  const [batch, time, heads, headDim] = mixed.shape;
  return tf.reshape(mixed, [batch, time, heads * headDim]);
}
