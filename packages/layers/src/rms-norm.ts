import type * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { rmsNorm } from '@gptloom/ops';
import type { ForwardContext } from './forward-context.ts';
import { ones } from './initializer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** The size of an RmsNorm. */
export interface RmsNormOptions {
  /** Size of the last dimension. */
  readonly embedDim: number;
  /** Added to the mean square. Default 1e-5. */
  readonly eps?: number | undefined;
}

/**
 * Scales the last dimension by its root mean square: `y = x / sqrt(mean(x²) + eps) * weight`.
 * Source: Zhang and Sennrich 2019, equation 4; torch.nn.RMSNorm.
 */
export class RmsNorm extends Module<tf.Tensor, tf.Tensor> {
  static override readonly className: string = 'RmsNorm';
  /** `[embedDim]` float32, starting at one. */
  readonly weight: Parameter;
  /** Added to the mean square. */
  readonly eps: number;

  /** Declares the parameter; `initialize` or a file gives it values. */
  constructor(options: RmsNormOptions) {
    super();
    checkOptions('RmsNorm', options, { embedDim: check.positiveInteger, eps: check.optional(check.positiveNumber) });
    this.weight = new Parameter({ shape: [options.embedDim], role: 'norm', initializer: ones });
    this.eps = options.eps ?? 1e-5;
  }

  /** Normalizes `[..., embedDim]` float32; the shape stays. */
  forward<T extends tf.Tensor>(x: T, _context?: ForwardContext): T {
    return rmsNorm(x, this.weight.value as tf.Tensor1D, { eps: this.eps }) as T;
  }
}
