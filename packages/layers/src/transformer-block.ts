import * as tf from '@tensorflow/tfjs';
import { check, checkOptions, describeValue, ShapeError } from '@gptloom/core';
import { definedWithForward } from './defined-with-forward.ts';
import { Dropout } from './dropout.ts';
import { FeedForward } from './feed-forward.ts';
import type { ForwardContext } from './forward-context.ts';
import { Module } from './module.ts';
import { SelfAttention } from './self-attention.ts';

/** A sub-layer of a block: `[batch, time, embedDim]` float32 to the same shape. Any module of this type fits. */
export type SubLayer = Module<tf.Tensor3D, tf.Tensor3D>;

/**
 * A sub-layer that adds its output to the residual stream itself, as part of its last operation. Attention takes a residual of fewer
 * tokens too, the last ones, and gives so many.
 */
interface AddingSubLayer extends SubLayer {
  forwardOnto(residual: tf.Tensor3D, x: tf.Tensor3D, context: ForwardContext): tf.Tensor3D;
}

/** The parts of a TransformerBlock. */
export interface TransformerBlockOptions {
  /** Mixes tokens, for example a SelfAttention. */
  readonly attention: SubLayer;
  /** Works on each token alone, for example a FeedForward. */
  readonly feedForward: SubLayer;
  /** The norm of the attention. */
  readonly attentionNorm: SubLayer;
  /** The norm of the feed-forward network. */
  readonly feedForwardNorm: SubLayer;
  /** `'pre'` normalizes what goes into a sub-layer (GPT-2), `'post'` the sum (Vaswani et al. 2017). Default `'pre'`. */
  readonly normPosition?: 'pre' | 'post' | undefined;
  /** Share of each sub-layer's output dropped in training, before it is added. Default 0. */
  readonly dropout?: number | undefined;
}

/**
 * Attention and a feed-forward network, each with a norm, a dropout and a residual sum:
 * `x + drop(attention(norm(x)))` before the norms (Radford et al. 2019), `norm(x + drop(attention(x)))` after; then the
 * same with the feed-forward network. The sub-layers are injected.
 *
 * ```ts
 * import { FeedForward, LayerNorm, SelfAttention, TransformerBlock } from '@gptloom/layers';
 *
 * const block = new TransformerBlock({
 *   attention: new SelfAttention({ embedDim: 64, numHeads: 4 }),
 *   feedForward: new FeedForward({ embedDim: 64 }),
 *   attentionNorm: new LayerNorm({ embedDim: 64 }),
 *   feedForwardNorm: new LayerNorm({ embedDim: 64 }),
 * });
 * ```
 */
export class TransformerBlock extends Module<tf.Tensor3D, tf.Tensor3D> {
  static override readonly className: string = 'TransformerBlock';
  /** The norm of the attention. */
  readonly attentionNorm: SubLayer;
  /** Mixes tokens. */
  readonly attention: SubLayer;
  /** Drops of the attention's output. */
  readonly attentionDropout: Dropout;
  /** The norm of the feed-forward network. */
  readonly feedForwardNorm: SubLayer;
  /** Works on each token alone. */
  readonly feedForward: SubLayer;
  /** Drops of the feed-forward network's output. */
  readonly feedForwardDropout: Dropout;
  /** Whether the norms come before the sub-layers or after the sums. */
  readonly normPosition: 'pre' | 'post';

  /** Takes over the sub-layers, whose parameters are freed with the block. */
  constructor(options: TransformerBlockOptions) {
    super();
    const module = (value: unknown): string | undefined => (Module.isInstance(value) ? undefined : 'must be a Module');
    checkOptions('TransformerBlock', options, {
      attention: module,
      feedForward: module,
      attentionNorm: module,
      feedForwardNorm: module,
      normPosition: check.optional(check.oneOf('pre', 'post')),
      dropout: check.optional(check.fraction),
    });
    this.attentionNorm = options.attentionNorm;
    this.attention = options.attention;
    this.attentionDropout = new Dropout({ rate: options.dropout ?? 0 });
    this.feedForwardNorm = options.feedForwardNorm;
    this.feedForward = options.feedForward;
    this.feedForwardDropout = new Dropout({ rate: options.dropout ?? 0 });
    this.normPosition = options.normPosition ?? 'pre';
  }

  /** Maps `[batch, time, embedDim]` float32 to the same shape. */
  forward(x: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
    const mixed = this.step(x, 'attention', context);
    return this.step(mixed, 'feedForward', context);
  }

  /**
   * What `forward` gives for the last token of each row, `[batch, 1, embedDim]`: less work where nothing else is wanted, as of the last
   * block in generation.
   */
  forwardLast(x: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
    const { attention, feedForward, normPosition } = this;
    const pass = context.cache !== undefined && context.observer === undefined && !context.training;
    // Layers of another kind may need the tokens before.
    const apart = normPosition === 'pre' && attention instanceof SelfAttention && feedForward instanceof FeedForward;
    if (!pass || !apart || !addsItself(attention) || !addsItself(feedForward))
      return lastToken(this.forward(x, context));
    const mixed = attention.forwardOnto(lastToken(x), this.normalize(x, 'attention', context), context);
    return this.step(mixed, 'feedForward', context);
  }

  private step(x: tf.Tensor3D, part: 'attention' | 'feedForward', context: ForwardContext): tf.Tensor3D {
    const pre = this.normPosition === 'pre';
    const sum = this.add(x, pre ? this.normalize(x, part, context) : x, part, context);
    return pre ? sum : this.normalize(sum, part, context);
  }

  private normalize(x: tf.Tensor3D, part: 'attention' | 'feedForward', context: ForwardContext): tf.Tensor3D {
    const norm = this[`${part}Norm`];
    const result = norm.forward(x, context);
    checkShape(`${part}Norm`, norm, result, x.shape);
    return result;
  }

  private add(
    residual: tf.Tensor3D,
    x: tf.Tensor3D,
    part: 'attention' | 'feedForward',
    context: ForwardContext,
  ): tf.Tensor3D {
    const layer = this[part];
    const dropout = this[`${part}Dropout`];
    if (addsItself(layer) && !dropout.drops(context)) return layer.forwardOnto(residual, x, context);
    const result = layer.forward(x, context);
    checkShape(part, layer, result, residual.shape);
    return tf.add(residual, dropout.forward(result, context));
  }
}

function lastToken(x: tf.Tensor3D): tf.Tensor3D {
  const [, time, dim] = x.shape;
  return time === 1 ? x : tf.slice(x, [0, time - 1, 0], [-1, 1, dim]);
}

function addsItself(layer: SubLayer): layer is AddingSubLayer {
  return definedWithForward(layer, 'forwardOnto');
}

// Here, not in the sum, where a layer of the user's own would be met by an error about broadcasting, or by none.
function checkShape(part: string, layer: SubLayer, result: unknown, expected: readonly number[]): void {
  const actual = (result as Partial<tf.Tensor> | null | undefined)?.shape;
  if (actual?.length === expected.length && actual.every((size, axis) => size === expected[axis])) return;
  throw new ShapeError({
    who: 'TransformerBlock',
    rule: `${part} must give the shape of its input, [${expected.join(', ')}]`,
    received: `${actual === undefined ? describeValue(result) : `[${actual.join(', ')}]`} from ${layer.constructor.name}`,
    suggestion: actual === undefined ? 'return a tensor, without async' : undefined,
  });
}
