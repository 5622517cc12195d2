import * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { swiglu } from '@gptloom/ops';
import { Dropout } from './dropout.ts';
import type { ForwardContext } from './forward-context.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';

/** The nonlinearity of a FeedForward; see FeedForwardOptions. */
export type Activation = 'gelu' | 'gelu-exact' | 'swiglu' | 'relu' | 'squared-relu';

/** The shape of a FeedForward. */
export interface FeedForwardOptions {
  /** Size of the input and the output. */
  readonly embedDim: number;
  /** Size between the projections. Default `4 * embedDim`. */
  readonly intermediateDim?: number | undefined;
  /**
   * `'gelu'` is the tanh approximation of GPT-2, `'gelu-exact'` the one with erf (Hendrycks and Gimpel 2016); `'swiglu'`
   * multiplies `silu(gate(x))` into `up(x)` (Shazeer 2020); `'squared-relu'` is Primer's (So et al. 2021). Default `'gelu'`.
   */
  readonly activation?: Activation | undefined;
  /** Whether the projections add biases. Default true. */
  readonly bias?: boolean | undefined;
  /** Share of intermediate values dropped in training, between the activation and `down`. Default 0, as GPT-2. */
  readonly dropout?: number | undefined;
}

/**
 * The position-wise network of a block: `down(activation(up(x)))`, or `down(silu(gate(x)) * up(x))` with SwiGLU.
 * Source: Vaswani et al. 2017, section 3.3.
 */
export class FeedForward extends Module<tf.Tensor3D, tf.Tensor3D> {
  static override readonly className: string = 'FeedForward';
  /** `embedDim` to `intermediateDim`; absent unless the activation is `'swiglu'`. */
  readonly gate: Linear | undefined;
  /** `embedDim` to `intermediateDim`. */
  readonly up: Linear;
  /** `intermediateDim` to `embedDim`, a residual projection. */
  readonly down: Linear;
  /** Drops intermediate values in training. */
  readonly dropout: Dropout;
  /** The nonlinearity. */
  readonly activation: Activation;

  /** Declares the projections; `initialize` or a file gives them values. */
  constructor(options: FeedForwardOptions) {
    super();
    checkOptions('FeedForward', options, {
      embedDim: check.positiveInteger,
      intermediateDim: check.optional(check.positiveInteger),
      activation: check.optional(check.oneOf('gelu', 'gelu-exact', 'swiglu', 'relu', 'squared-relu')),
      bias: check.optional(check.boolean),
      dropout: check.optional(check.fraction),
    });
    const { embedDim, intermediateDim = 4 * embedDim, activation = 'gelu', bias = true, dropout = 0 } = options;
    const widen = (): Linear => new Linear({ inDim: embedDim, outDim: intermediateDim, bias });
    this.gate = activation === 'swiglu' ? widen() : undefined;
    this.up = widen();
    this.down = new Linear({ inDim: intermediateDim, outDim: embedDim, bias, residual: true });
    this.dropout = new Dropout({ rate: dropout });
    this.activation = activation;
  }

  /** Maps `[batch, time, embedDim]` float32 to the same shape. */
  forward(x: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
    return this.down.forward(this.dropout.forward(this.activated(x, context), context), context);
  }

  /** `residual + forward(x)`, in one operation at the end. */
  forwardOnto(residual: tf.Tensor3D, x: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
    return this.down.addTo(residual, this.dropout.forward(this.activated(x, context), context), context);
  }

  private activated(x: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
    if (this.activation === 'gelu') return this.up.forwardGelu(x, context, { approximate: 'tanh' });
    if (this.activation === 'gelu-exact') return this.up.forwardGelu(x, context, { approximate: 'none' });
    const up = this.up.forward(x, context);
    if (this.gate !== undefined) return swiglu(this.gate.forward(x, context), up) as tf.Tensor3D;
    return this.activation === 'relu' ? tf.relu(up) : tf.square(tf.relu(up));
  }
}
