import * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { appendTokens } from './append-tokens.ts';
import { attention } from './attention.ts';
import { attentionOptionChecks, resolveAttention, type AttentionOptions } from './attention-options.ts';
import { checkTensor } from './check-tensor.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import { cachedAttentionKernel, type CachedAttentionAttributes } from './kernels.ts';
import { checkPackedHeads, joinHeads, splitHeads, type PackedHeads } from './packed-heads.ts';

/** Options of cachedAttention: those of `attention` that hold for tokens behind others, and how the heads are packed. */
export interface CachedAttentionOptions extends Pick<AttentionOptions, 'scale' | 'window' | 'softCap' | 'alibiSlopes'> {
  /** Number of query heads. */
  readonly heads: number;
  /** Number of key heads, and of value heads. Default `heads`. */
  readonly kvHeads?: number | undefined;
  /** Tokens to which the sequences are expected to grow. Changes the speed and not the numbers. */
  readonly capacity: number;
  /** Whether only the last new token of each row asks. Default false: all of them. */
  readonly lastOnly?: boolean | undefined;
}

const { scale, window, softCap, alibiSlopes } = attentionOptionChecks;
const optionChecks = {
  ...{ scale, window, softCap, alibiSlopes },
  heads: check.positiveInteger,
  kvHeads: check.optional(check.positiveInteger),
  capacity: check.positiveInteger,
  lastOnly: check.optional(check.boolean),
};

/** Keys and values of the tokens of sequences. */
export interface KeysAndValues {
  /** float32 `[batch, time, kvHeads, headDim]`. */
  readonly key: tf.Tensor4D;
  /** float32, of the shape of `key`. */
  readonly value: tf.Tensor4D;
}

/** What cachedAttention gives; the caller disposes all three. */
export interface CachedAttention extends KeysAndValues {
  /** float32 `[batch, time, heads headDim]`, with `lastOnly` `[batch, 1, heads headDim]`. */
  readonly mixed: tf.Tensor3D;
}

/**
 * Causal attention of new tokens to those before them and to each other: `attention` over `appendTokens` of the keys and of the values,
 * with queries, keys and values from one projection. Where the backend has a kernel for it, none of the parts is taken out of the
 * projection, and the new keys and values are written behind the old ones, as by `appendTokens`.
 *
 * @param queryKeyValue float32 `[batch, time, (heads + 2 kvHeads) headDim]` of the new tokens: all query heads, then all key heads, then all
 * value heads
 * @param before keys and values of the tokens before, or undefined where there are none
 * @returns what the heads give, and keys and values of all tokens
 * @throws ShapeError when the sizes do not fit together; ConfigError on bad options
 */
export function cachedAttention(
  queryKeyValue: tf.Tensor3D,
  before: KeysAndValues | undefined,
  options: CachedAttentionOptions,
): CachedAttention {
  const who = 'cachedAttention';
  checkOptions(who, options, optionChecks);
  const { heads, kvHeads = heads, capacity, lastOnly = false, ...rest } = options;
  const packing = checkPackedHeads(who, queryKeyValue, heads, kvHeads);
  const [batch, time] = queryKeyValue.shape;
  if (before !== undefined) {
    checkTensor(who, 'before.key', before.key, { shape: [batch, 'earlier', kvHeads, packing.headDim] });
    checkTensor(who, 'before.value', before.value, { shape: before.key.shape });
  }
  if (!hasKernels(cachedAttentionKernel, []) || tf.engine().isTapeOn()) {
    const [mixed, key, value] = tf.tidy(() =>
      takenApart(queryKeyValue, before, packing, { ...rest, capacity, lastOnly }),
    );
    return { mixed, key, value };
  }
  const sizes = { batch, queryTime: time, keyTime: time, ...packing };
  const attributes: CachedAttentionAttributes = {
    ...resolveAttention(who, sizes, rest),
    ...{ heads, kvHeads, capacity, lastOnly },
  };
  const [mixed, key, value] = runKernel(cachedAttentionKernel, { queryKeyValue, ...before }, attributes);
  return { mixed: mixed as tf.Tensor3D, key: key as tf.Tensor4D, value: value as tf.Tensor4D };
}

function takenApart(
  queryKeyValue: tf.Tensor3D,
  before: KeysAndValues | undefined,
  packing: PackedHeads,
  { capacity, lastOnly, ...options }: Omit<CachedAttentionOptions, 'heads'>,
): [mixed: tf.Tensor3D, key: tf.Tensor4D, value: tf.Tensor4D] {
  const parts = splitHeads(queryKeyValue, packing);
  const [batch, time] = queryKeyValue.shape;
  const asked = lastOnly === true ? Math.min(1, time) : time;
  const query = asked === time ? parts.query : tf.slice(parts.query, [0, time - asked, 0, 0], [-1, asked, -1, -1]);
  const key = before === undefined ? parts.key : appendTokens(before.key, parts.key, { capacity });
  const value = before === undefined ? parts.value : appendTokens(before.value, parts.value, { capacity });
  const first = key.shape[1] - asked;
  const positions = Int32Array.from({ length: batch * asked }, (_, i) => first + (i % asked));
  const queryPositions = first === 0 ? undefined : tf.tensor2d(positions, [batch, asked], 'int32');
  return [joinHeads(attention(query, key, value, { ...options, queryPositions })), key, value];
}
