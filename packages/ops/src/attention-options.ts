import type * as tf from '@tensorflow/tfjs';
import { check, checkOptions, ShapeError, type Check } from '@gptloom/core';
import { checkTensor } from './check-tensor.ts';
import { checkDropoutKeys, type KeyedDropoutOptions } from './dropout.ts';
import type { AttentionAttributes } from './kernels.ts';

/** Options of attention. */
export interface AttentionOptions {
  /** Factor of the products of queries and keys. Default `1 / sqrt(headDim)`. */
  readonly scale?: number | undefined;
  /** A query sees keys at its own position and earlier ones only. Default true. */
  readonly causal?: boolean | undefined;
  /**
   * Sliding window: a query at position p sees positions above `p - window`, itself included (and below `p + window` when
   * not causal), as Mistral of transformers. Default: no window.
   */
  readonly window?: number | undefined;
  /** Scores become `softCap tanh(score / softCap)`, as in Gemma 2. Default: no cap. */
  readonly softCap?: number | undefined;
  /** `[heads]`: adds `slope (keyPosition - queryPosition)` to the scores (Press et al. 2022). Default: none. */
  readonly alibiSlopes?: readonly number[] | undefined;
  /**
   * int32 `[batch, queryTime]`: position of each query. Default: i for query i, which must be given where queryTime and
   * keyTime differ and positions matter.
   */
  readonly queryPositions?: tf.Tensor2D | undefined;
  /** int32 `[batch, keyTime]`: position of each key. Default: j for key j, as in a cache. */
  readonly keyPositions?: tf.Tensor2D | undefined;
  /** int32 `[batch]`: how many keys of each row are real; those after are hidden. Default: all. */
  readonly keyLengths?: tf.Tensor1D | undefined;
  /** int32 `[batch, time]`, self-attention only: a token sees tokens of its own segment. Default: one segment. */
  readonly segmentIds?: tf.Tensor2D | undefined;
  /** Dropout of the attention weights, with one key for each row of the batch. Default: none. */
  readonly dropout?: KeyedDropoutOptions | undefined;
}

/** The tensors among the options. */
export type AttentionMaskInputs = Pick<
  AttentionOptions,
  'queryPositions' | 'keyPositions' | 'keyLengths' | 'segmentIds'
>;

/** Sizes of one attention. */
export interface AttentionSizes {
  readonly batch: number;
  readonly queryTime: number;
  readonly keyTime: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

const nothing: Check = check.anything;
const numbers: Check = (value) =>
  Array.isArray(value) && value.every((v) => Number.isFinite(v)) ? undefined : 'must be an array of numbers';
const finite: Check = (value) => (Number.isFinite(value) ? undefined : 'must be a finite number');

/** The rules of AttentionOptions, for `checkOptions`. */
export const attentionOptionChecks = {
  scale: check.optional(finite),
  causal: check.optional(check.boolean),
  window: check.optional(check.positiveInteger),
  softCap: check.optional(check.positiveNumber),
  alibiSlopes: check.optional(numbers),
  queryPositions: nothing,
  keyPositions: nothing,
  keyLengths: nothing,
  segmentIds: nothing,
  dropout: check.optional(check.object),
};

/** Checks queries, keys and options at the door, and fills in the defaults. */
export function checkAttention(
  who: string,
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  options: AttentionOptions,
): { readonly sizes: AttentionSizes; readonly attributes: AttentionAttributes } {
  checkTensor(who, 'query', query, { shape: ['batch', 'queryTime', 'heads', 'headDim'] });
  const [batch, queryTime, heads, headDim] = query.shape;
  checkTensor(who, 'key', key, { shape: [batch, 'keyTime', 'kvHeads', headDim] });
  const [, keyTime, kvHeads] = key.shape;
  const sizes: AttentionSizes = { batch, queryTime, keyTime, heads, kvHeads, headDim };
  return { sizes, attributes: checkAttentionOptions(who, sizes, options) };
}

/** Checks the options of an attention of known sizes, and fills in the defaults. */
export function checkAttentionOptions(
  who: string,
  sizes: AttentionSizes,
  options: AttentionOptions,
): AttentionAttributes {
  checkOptions(who, options, attentionOptionChecks);
  return resolveAttention(who, sizes, options);
}

/** Checks options that keep their rules against sizes, and fills in the defaults. */
export function resolveAttention(who: string, sizes: AttentionSizes, options: AttentionOptions): AttentionAttributes {
  const { batch, queryTime, keyTime, heads, kvHeads, headDim } = sizes;
  const refuse = (rule: string, received: string): never => {
    throw new ShapeError({ who, rule, received });
  };
  if (kvHeads === 0 || heads % kvHeads !== 0) {
    refuse('heads must be divisible by kvHeads', `heads ${heads}, kvHeads ${kvHeads}`);
  }
  if (options.alibiSlopes !== undefined && options.alibiSlopes.length !== heads) {
    refuse('alibiSlopes must have one number for each head', `${options.alibiSlopes.length} for heads ${heads}`);
  }
  const { queryPositions, keyPositions, keyLengths, segmentIds, dropout } = options;
  const int32 = 'int32';
  if (queryPositions) checkTensor(who, 'queryPositions', queryPositions, { dtype: int32, shape: [batch, queryTime] });
  if (keyPositions) checkTensor(who, 'keyPositions', keyPositions, { dtype: int32, shape: [batch, keyTime] });
  if (keyLengths) checkTensor(who, 'keyLengths', keyLengths, { dtype: int32, shape: [batch] });
  if (segmentIds) {
    checkTensor(who, 'segmentIds', segmentIds, { dtype: int32, shape: [batch, keyTime] });
    if (queryTime !== keyTime) {
      refuse('segmentIds need as many queries as keys', `queryTime ${queryTime}, keyTime ${keyTime}`);
    }
  }
  const causal = options.causal ?? true;
  const ordered = causal || options.window !== undefined || options.alibiSlopes !== undefined;
  if (ordered && queryTime !== keyTime && !queryPositions) {
    refuse(
      'queryPositions must be given where queryTime and keyTime differ, unless causal is false and neither window nor alibiSlopes is set',
      `queryTime ${queryTime}, keyTime ${keyTime}`,
    );
  }
  if (dropout) {
    checkOptions(`${who} dropout`, dropout, { rate: check.fraction, keys: nothing });
    checkDropoutKeys(`${who} dropout`, dropout.keys, batch);
  }
  return {
    scale: options.scale ?? 1 / Math.sqrt(headDim),
    causal,
    window: options.window ?? 0,
    softCap: options.softCap ?? 0,
    alibiSlopes: options.alibiSlopes ?? [],
    dropoutRate: dropout?.rate ?? 0,
    dropoutKeys: dropout !== undefined && dropout.rate > 0 ? dropout.keys : new Uint32Array(0),
  };
}
