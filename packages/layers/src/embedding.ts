import type * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { embedding } from '@gptloom/ops';
import type { ForwardContext } from './forward-context.ts';
import { normal } from './initializer.ts';
import { Module } from './module.ts';
import { Parameter, roleCheck, type ParameterRole } from './parameter.ts';

/** The size of an Embedding. */
export interface EmbeddingOptions {
  /** Number of ids. */
  readonly vocabSize: number;
  /** Size of each vector. */
  readonly embedDim: number;
  /** Role of the weight. Default `'embedding'`. */
  readonly role?: ParameterRole | undefined;
}

/** A learned vector for each id: `y = W[id]`, normal with standard deviation 0.02 at first, as GPT-2. */
export class Embedding extends Module<tf.Tensor2D, tf.Tensor3D> {
  static override readonly className: string = 'Embedding';
  /** `[vocabSize, embedDim]` float32. */
  readonly weight: Parameter;

  /** Declares the parameter; `initialize` or a file gives it values. */
  constructor(options: EmbeddingOptions) {
    super();
    checkOptions('Embedding', options, {
      vocabSize: check.positiveInteger,
      embedDim: check.positiveInteger,
      role: check.optional(roleCheck),
    });
    const { vocabSize, embedDim, role = 'embedding' } = options;
    this.weight = new Parameter({ shape: [vocabSize, embedDim], role, initializer: normal(0.02) });
  }

  /** Maps ids `[batch, time]` int32, each below `vocabSize`, to `[batch, time, embedDim]` float32. */
  forward(ids: tf.Tensor2D, _context?: ForwardContext): tf.Tensor3D {
    return embedding(ids, this.weight.value as tf.Tensor2D) as tf.Tensor3D;
  }
}
