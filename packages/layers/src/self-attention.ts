import * as tf from '@tensorflow/tfjs';
import { check, checkOptions, ConfigError } from '@gptloom/core';
import { attention, attentionWeights, packedAttention, type KeyedDropoutOptions } from '@gptloom/ops';
import type { ForwardContext } from './forward-context.ts';
import type { KeyValueCache } from './key-value-cache.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';

/** The shape of a SelfAttention. */
export interface SelfAttentionOptions {
  /** Size of the input and the output. */
  readonly embedDim: number;
  /** Number of query heads. */
  readonly numHeads: number;
  /** Number of key and value heads, a divisor of `numHeads` (grouped-query attention). Default `numHeads`. */
  readonly numKvHeads?: number | undefined;
  /** Size of each head. Default `embedDim / numHeads`. */
  readonly headDim?: number | undefined;
  /** Whether the projections add biases. Default true. */
  readonly bias?: boolean | undefined;
  /** One projection to query, key and value (`'fused'`, as GPT-2) or three (`'separate'`). Default `'fused'`. */
  readonly projections?: 'fused' | 'separate' | undefined;
  /** Share of attention weights dropped in training. Default 0. */
  readonly dropout?: number | undefined;
  /** Whether a token sees only itself and earlier tokens. Default true. */
  readonly causal?: boolean | undefined;
  /** Number of latest tokens that a token sees, itself included. Default all. */
  readonly window?: number | undefined;
  /** Scores become `softCap * tanh(score / softCap)`, as in Gemma 2. Default none. */
  readonly softCap?: number | undefined;
}

/**
 * Multi-head self-attention: per head `softmax(q kᵀ / sqrt(headDim)) v`, then a projection of all heads into the residual
 * stream. Source: Vaswani et al. 2017, section 3.2; grouped heads: Ainslie et al. 2023.
 *
 * With a cache in the context, the keys and values of earlier tokens come from it. An observer that asks for
 * `'attentionWeights'` gets `[batch, numHeads, time, keyTime]` float32, before dropout.
 */
export class SelfAttention extends Module<tf.Tensor3D, tf.Tensor3D> {
  static override readonly className: string = 'SelfAttention';
  /** Query, key and value in one, rows of the weight in this order; absent when separate. */
  readonly queryKeyValue: Linear | undefined;
  /** `embedDim` to `numHeads * headDim`; absent when fused. */
  readonly query: Linear | undefined;
  /** `embedDim` to `numKvHeads * headDim`; absent when fused. */
  readonly key: Linear | undefined;
  /** `embedDim` to `numKvHeads * headDim`; absent when fused. */
  readonly value: Linear | undefined;
  /** `numHeads * headDim` to `embedDim`, a residual projection. */
  readonly output: Linear;
  /** Number of query heads. */
  readonly numHeads: number;
  /** Number of key and value heads. */
  readonly numKvHeads: number;
  /** Size of each head. */
  readonly headDim: number;
  /** Share of attention weights dropped in training. */
  readonly dropout: number;
  /** Whether a token sees only itself and earlier tokens. */
  readonly causal: boolean;
  /** Number of latest tokens that a token sees. */
  readonly window: number | undefined;
  /** Bound of the scores. */
  readonly softCap: number | undefined;

  /** Declares the projections; `initialize` or a file gives them values. */
  constructor(options: SelfAttentionOptions) {
    super();
    checkOptions('SelfAttention', options, {
      embedDim: check.positiveInteger,
      numHeads: check.positiveInteger,
      numKvHeads: check.optional(check.positiveInteger),
      headDim: check.optional(check.positiveInteger),
      bias: check.optional(check.boolean),
      projections: check.optional(check.oneOf('fused', 'separate')),
      dropout: check.optional(check.fraction),
      causal: check.optional(check.boolean),
      window: check.optional(check.positiveInteger),
      softCap: check.optional(check.positiveNumber),
    });
    const { embedDim, numHeads, numKvHeads = numHeads, headDim = embedDim / numHeads, bias = true } = options;
    if (!Number.isInteger(headDim) || numHeads % numKvHeads !== 0) {
      throw new ConfigError({
        who: 'SelfAttention',
        rule: 'embedDim must be divisible by numHeads (or headDim given), and numHeads by numKvHeads',
        received: `embedDim ${embedDim}, numHeads ${numHeads}, numKvHeads ${numKvHeads}`,
      });
    }
    const queryDim = numHeads * headDim;
    const keyDim = numKvHeads * headDim;
    const project = (outDim: number): Linear => new Linear({ inDim: embedDim, outDim, bias });
    const fused = (options.projections ?? 'fused') === 'fused';
    this.queryKeyValue = fused ? project(queryDim + 2 * keyDim) : undefined;
    this.query = fused ? undefined : project(queryDim);
    this.key = fused ? undefined : project(keyDim);
    this.value = fused ? undefined : project(keyDim);
    this.output = new Linear({ inDim: queryDim, outDim: embedDim, bias, residual: true });
    this.numHeads = numHeads;
    this.numKvHeads = numKvHeads;
    this.headDim = headDim;
    this.dropout = options.dropout ?? 0;
    this.causal = options.causal ?? true;
    this.window = options.window;
    this.softCap = options.softCap;
  }

  /** Maps `[batch, time, embedDim]` float32 to the same shape. */
  forward(x: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
    return this.output.forward(this.mix(x, context), context);
  }

  /**
   * `residual + forward(x)`, in one operation at the end. Where `residual` `[batch, last, embedDim]` has fewer tokens than x, which needs
   * a cache, the result has so many: those of the last tokens.
   */
  forwardOnto(residual: tf.Tensor3D, x: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
    return this.output.addTo(residual, this.mix(x, context, residual.shape[1]), context);
  }

  /** What the heads give of the last tokens, side by side: `[batch, last, numHeads headDim]`. */
  private mix(x: tf.Tensor3D, context: ForwardContext, last: number = x.shape[1]): tf.Tensor3D {
    const [batch, time] = x.shape;
    if (this.queryKeyValue !== undefined && !this.seesWeights(context)) {
      if (context.cache === undefined) return this.mixPacked(this.queryKeyValue.forward(x, context), context);
      if (this.mayAttend(context.cache, time, last, context)) {
        return context.cache.attend(this, this.queryKeyValue.forward(x, context), {
          heads: this.numHeads,
          kvHeads: this.numKvHeads,
          window: this.window,
          softCap: this.softCap,
          lastOnly: last < time,
        });
      }
    }
    const { query: queries, key, value } = this.project(x, context);
    const cached = this.extend(key, value, context);
    const query = last === time ? queries : tf.slice(queries, [0, time - last, 0, 0], [-1, last, -1, -1]);
    const options = {
      causal: this.causal,
      window: this.window,
      softCap: this.softCap,
      keyLengths: cached.keyLengths,
      queryPositions: last === time ? cached.queryPositions : lastPositions(cached.queryPositions, [batch, time], last),
      segmentIds: context.segmentIds,
    };
    if (this.seesWeights(context)) {
      const weights = attentionWeights(query, cached.key, options);
      context.observer!.see(context.path(this), 'attentionWeights', weights);
    }
    const mixed = attention(query, cached.key, cached.value, { ...options, dropout: this.drops(context) });
    return tf.reshape(mixed, [batch, last, this.numHeads * this.headDim]);
  }

  /** Without a cache all that is needed lies in one tensor, and stays there. */
  private mixPacked(queryKeyValue: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
    return packedAttention(queryKeyValue, {
      heads: this.numHeads,
      kvHeads: this.numKvHeads,
      causal: this.causal,
      window: this.window,
      softCap: this.softCap,
      keyLengths: context.keyLengths,
      segmentIds: context.segmentIds,
      dropout: this.drops(context),
    });
  }

  /** Whether the cache can append and attend in one operation. */
  private mayAttend(cache: KeyValueCache, time: number, last: number, context: ForwardContext): boolean {
    this.assertCachable(context);
    const drops = context.training && this.dropout > 0;
    return !drops && (last === time || last === 1) && cache.isEven(time);
  }

  private seesWeights(context: ForwardContext): boolean {
    return context.observer?.names.includes('attentionWeights') === true;
  }

  private drops(context: ForwardContext): KeyedDropoutOptions | undefined {
    if (!context.training || this.dropout === 0) return undefined;
    return { rate: this.dropout, keys: context.key(this, 'attentionWeights') };
  }

  private project(x: tf.Tensor3D, context: ForwardContext): Record<'query' | 'key' | 'value', tf.Tensor4D> {
    const [batch, time] = x.shape;
    const { numHeads, numKvHeads, headDim } = this;
    const heads = (part: tf.Tensor, count: number): tf.Tensor4D => tf.reshape(part, [batch, time, count, headDim]);
    if (this.queryKeyValue === undefined) {
      const [query, key, value] = [this.query, this.key, this.value].map((linear) => linear!.forward(x, context));
      return { query: heads(query!, numHeads), key: heads(key!, numKvHeads), value: heads(value!, numKvHeads) };
    }
    const all = heads(this.queryKeyValue.forward(x, context), numHeads + 2 * numKvHeads);
    const [query, key, value] = tf.split(all, [numHeads, numKvHeads, numKvHeads], 2) as tf.Tensor4D[];
    return { query: query!, key: key!, value: value! };
  }

  /** All keys and values that the queries may see: those of this pass, after those of the cache. */
  private extend(
    key: tf.Tensor4D,
    value: tf.Tensor4D,
    context: ForwardContext,
  ): {
    key: tf.Tensor4D;
    value: tf.Tensor4D;
    keyLengths: tf.Tensor1D | undefined;
    queryPositions: tf.Tensor2D | undefined;
  } {
    // Without a cache a query's place among the keys is its column; `context.positions` may count from each document.
    if (context.cache === undefined) return { key, value, keyLengths: context.keyLengths, queryPositions: undefined };
    this.assertCachable(context);
    return context.cache.append(this, key, value);
  }

  private assertCachable(context: ForwardContext): void {
    if (this.causal && context.segmentIds === undefined) return;
    throw new ConfigError({
      who: 'SelfAttention',
      rule: 'a key and value cache serves causal attention over one document a row',
      received: this.causal ? 'segmentIds in the context' : 'causal: false',
    });
  }
}

/** Places of the last queries among the keys, from those of all; without these each query's place is its column. */
function lastPositions(
  positions: tf.Tensor2D | undefined,
  [batch, time]: readonly [batch: number, time: number],
  last: number,
): tf.Tensor2D {
  if (positions !== undefined) return tf.slice(positions, [0, time - last], [batch, last]);
  const columns = Int32Array.from({ length: batch * last }, (_, i) => time - last + (i % last));
  return tf.tensor2d(columns, [batch, last], 'int32');
}
