import * as tf from '@tensorflow/tfjs';
import { check, checkOptions, ConfigError } from '@gptloom/core';
import { attention } from './attention.ts';
import { checkAttentionOptions, type AttentionOptions } from './attention-options.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import { packedAttentionGradKernel, packedAttentionKernel, type PackedAttentionAttributes } from './kernels.ts';
import { checkPackedHeads, joinHeads, splitHeads, type PackedHeads } from './packed-heads.ts';
import { runOp } from './run-op.ts';

/** Options of packedAttention: those of `attention`, and how the heads are packed. */
export interface PackedAttentionOptions extends Omit<AttentionOptions, 'queryPositions' | 'keyPositions'> {
  /** Number of query heads. */
  readonly heads: number;
  /** Number of key heads, and of value heads. Default `heads`. */
  readonly kvHeads?: number | undefined;
}

/**
 * Attention of the tokens of a row to each other, whose queries, keys and values come from one projection: `attention` of
 * the three parts of the last axis, without taking these apart where the backend has a kernel for it.
 *
 * @param queryKeyValue float32 `[batch, time, (heads + 2 kvHeads) headDim]`: all query heads, then all key heads, then all
 * value heads
 * @returns float32 `[batch, time, heads headDim]`; the caller disposes it
 * @throws ShapeError when the sizes do not fit together; ConfigError on bad options
 */
export function packedAttention(queryKeyValue: tf.Tensor3D, options: PackedAttentionOptions): tf.Tensor3D {
  const who = 'packedAttention';
  const { heads, kvHeads = heads, ...rest } = options;
  for (const name of ['queryPositions', 'keyPositions']) {
    if (!(name in options)) continue;
    const rule = `${name} is not an option: the tokens of a row are at positions 0, 1, 2, ...`;
    throw new ConfigError({ who, rule, suggestion: 'attention, which takes queries, keys and values apart' });
  }
  checkOptions(who, { heads, kvHeads }, { heads: check.positiveInteger, kvHeads: check.positiveInteger });
  const packing = checkPackedHeads(who, queryKeyValue, heads, kvHeads);
  if (!hasKernels(packedAttentionKernel, [packedAttentionGradKernel])) {
    return tf.tidy(() => takenApart(queryKeyValue, packing, rest));
  }
  const [batch, time] = queryKeyValue.shape;
  const sizes = { batch, queryTime: time, keyTime: time, ...packing };
  const attributes: PackedAttentionAttributes = { ...checkAttentionOptions(who, sizes, rest), heads, kvHeads };
  const { keyLengths, segmentIds } = rest;
  return runOp(
    who,
    { queryKeyValue },
    () => {
      const [y, logSumExp] = runKernel(packedAttentionKernel, { queryKeyValue, keyLengths, segmentIds }, attributes);
      const masks = [keyLengths, segmentIds].filter((mask) => mask !== undefined);
      return { value: y!, saved: [queryKeyValue, y!, logSumExp!, ...masks] };
    },
    (dy, [packed, y, logSumExp, ...masks]) => ({
      queryKeyValue: () => {
        const lengths = keyLengths === undefined ? undefined : masks[0];
        const segments = segmentIds === undefined ? undefined : masks.at(-1);
        const inputs = { dy, y, logSumExp, queryKeyValue: packed, keyLengths: lengths, segmentIds: segments };
        return runKernel(packedAttentionGradKernel, inputs, attributes)[0]!;
      },
    }),
  ) as tf.Tensor3D;
}

function takenApart(queryKeyValue: tf.Tensor3D, heads: PackedHeads, options: AttentionOptions): tf.Tensor3D {
  const { query, key, value } = splitHeads(queryKeyValue, heads);
  return joinHeads(attention(query, key, value, options));
}
