import type * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { layerNorm } from '@gptloom/ops';
import type { ForwardContext } from './forward-context.ts';
import { ones, zeros } from './initializer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** The size of a LayerNorm. */
export interface LayerNormOptions {
  /** Size of the last dimension. */
  readonly embedDim: number;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number | undefined;
  /** Whether it adds a bias. Default true. */
  readonly bias?: boolean | undefined;
}

/**
 * Normalizes the last dimension: `y = (x - mean) / sqrt(variance + eps) * weight + bias`, with the biased variance.
 * Source: Ba et al. 2016, equation 4; torch.nn.LayerNorm.
 */
export class LayerNorm extends Module<tf.Tensor, tf.Tensor> {
  static override readonly className: string = 'LayerNorm';
  /** `[embedDim]` float32, starting at one. */
  readonly weight: Parameter;
  /** `[embedDim]` float32, starting at zero; absent without a bias. */
  readonly bias: Parameter | undefined;
  /** Added to the variance. */
  readonly eps: number;

  /** Declares the parameters; `initialize` or a file gives them values. */
  constructor(options: LayerNormOptions) {
    super();
    checkOptions('LayerNorm', options, {
      embedDim: check.positiveInteger,
      eps: check.optional(check.positiveNumber),
      bias: check.optional(check.boolean),
    });
    const { embedDim, eps = 1e-5, bias = true } = options;
    this.weight = new Parameter({ shape: [embedDim], role: 'norm', initializer: ones });
    this.bias = bias ? new Parameter({ shape: [embedDim], role: 'bias', initializer: zeros }) : undefined;
    this.eps = eps;
  }

  /** Normalizes `[..., embedDim]` float32; the shape stays. */
  forward<T extends tf.Tensor>(x: T, _context?: ForwardContext): T {
    return layerNorm(x, this.weight.value as tf.Tensor1D, this.bias?.value as tf.Tensor1D | undefined, {
      eps: this.eps,
    }) as T;
  }
}
