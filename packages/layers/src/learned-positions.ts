import type * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { embedding } from '@gptloom/ops';
import type { ForwardContext } from './forward-context.ts';
import { normal } from './initializer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** The size of positions. */
export interface PositionsOptions {
  /** Longest sequence in tokens. */
  readonly maxSeqLen: number;
  /** Size of each vector. */
  readonly embedDim: number;
}

/** A learned vector for each position, added to the token's: GPT-2's `wpe`; normal with standard deviation 0.02 at first. */
export class LearnedPositions extends Module<tf.Tensor2D, tf.Tensor3D> {
  static override readonly className: string = 'LearnedPositions';
  /** `[maxSeqLen, embedDim]` float32; its role `position` keeps weight decay off. */
  readonly weight: Parameter;

  /** Declares the parameter; `initialize` or a file gives it values. */
  constructor(options: PositionsOptions) {
    super();
    checkOptions('LearnedPositions', options, { maxSeqLen: check.positiveInteger, embedDim: check.positiveInteger });
    this.weight = new Parameter({
      shape: [options.maxSeqLen, options.embedDim],
      role: 'position',
      initializer: normal(0.02),
    });
  }

  /** Maps positions `[batch, time]` int32, each below `maxSeqLen`, to `[batch, time, embedDim]` float32. */
  forward(positions: tf.Tensor2D, _context?: ForwardContext): tf.Tensor3D {
    return embedding(positions, this.weight.value as tf.Tensor2D) as tf.Tensor3D;
  }
}
