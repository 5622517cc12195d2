import * as tf from '@tensorflow/tfjs';
import { check, checkOptions, ConfigError } from '@gptloom/core';
import type { ForwardContext } from './forward-context.ts';
import type { PositionsOptions } from './learned-positions.ts';
import { Module } from './module.ts';

/**
 * A fixed vector of sines and cosines for each position:
 * `y[p, 2i] = sin(p / 10000^(2i / embedDim))`, `y[p, 2i + 1] = cos(p / 10000^(2i / embedDim))`.
 * Source: Vaswani et al. 2017, "Attention is all you need", section 3.5. It has no parameters.
 */
export class SinusoidalPositions extends Module<tf.Tensor2D, tf.Tensor3D> {
  static override readonly className: string = 'SinusoidalPositions';
  /** Longest sequence in tokens. */
  readonly maxSeqLen: number;
  /** Size of each vector, even. */
  readonly embedDim: number;
  private readonly table: Float32Array;

  /** Computes the vectors of all positions, in double precision. */
  constructor(options: PositionsOptions) {
    super();
    checkOptions('SinusoidalPositions', options, { maxSeqLen: check.positiveInteger, embedDim: check.positiveInteger });
    const { maxSeqLen, embedDim } = options;
    if (embedDim % 2 !== 0) {
      throw new ConfigError({
        who: 'SinusoidalPositions',
        rule: 'embedDim must be even, for pairs of a sine and a cosine',
        received: String(embedDim),
      });
    }
    this.maxSeqLen = maxSeqLen;
    this.embedDim = embedDim;
    this.table = new Float32Array(maxSeqLen * embedDim);
    for (let position = 0; position < maxSeqLen; position++) {
      for (let i = 0; i < embedDim; i += 2) {
        const angle = position / 10000 ** (i / embedDim);
        this.table[position * embedDim + i] = Math.sin(angle);
        this.table[position * embedDim + i + 1] = Math.cos(angle);
      }
    }
  }

  /** Maps positions `[batch, time]` int32, each below `maxSeqLen`, to `[batch, time, embedDim]` float32. */
  forward(positions: tf.Tensor2D, _context?: ForwardContext): tf.Tensor3D {
    const [batch, time] = positions.shape;
    return tf.tidy(() => {
      const table = tf.tensor2d(this.table, [this.maxSeqLen, this.embedDim]);
      return tf.reshape(tf.gather(table, tf.reshape(positions, [-1])), [batch, time, this.embedDim]);
    });
  }
}
