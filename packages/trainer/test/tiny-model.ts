import * as tf from '@tensorflow/tfjs';
import { ignoreIndex, type TokenBatch } from '@gptloom/core';
import {
  createForwardContext,
  Dropout,
  Embedding,
  initialize,
  Linear,
  Module,
  Parameter,
  type ForwardContext,
  type Trainable,
  type TrainingContextOptions,
} from '@gptloom/layers';

export const vocabSize = 12;

/** Predicts the next token from the last one: an embedding, dropout and a linear head; the smallest thing to train. */
export class TinyModel extends Module<tf.Tensor2D, tf.Tensor3D> implements Trainable<TokenBatch> {
  readonly tokens = new Embedding({ vocabSize, embedDim: 6 });
  readonly dropout: Dropout;
  readonly head = new Linear({ inDim: 6, outDim: vocabSize, role: 'head' });
  /** No loss reaches it. */
  readonly unused = new Parameter({ shape: [3], role: 'matrix', initializer: () => Float32Array.of(1, 2, 3) });

  constructor(rate = 0) {
    super();
    this.dropout = new Dropout({ rate });
  }

  forward(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor3D {
    return this.head.forward(this.dropout.forward(this.tokens.forward(ids, context), context), context);
  }

  contextFor(batch: TokenBatch, options: TrainingContextOptions): ForwardContext {
    return createForwardContext(this, {
      ...options,
      positions: tf.zeros([batch.rows, batch.time], 'int32'),
      globalRows: batch.globalRows,
    });
  }

  lossSum(batch: TokenBatch, context: ForwardContext): tf.Scalar {
    const ids = tf.tensor2d(batch.inputIds, [batch.rows, batch.time], 'int32');
    const logProbs = tf.logSoftmax(this.forward(ids, context));
    const mask = Float32Array.from(batch.targets, (target) => Number(target !== ignoreIndex));
    const picked = tf.oneHot(
      tf.tensor1d(
        batch.targets.map((target) => Math.max(target, 0)),
        'int32',
      ),
      vocabSize,
    );
    const losses = tf.neg(tf.sum(tf.mul(logProbs.reshape([-1, vocabSize]), picked), 1));
    return tf.sum(tf.mul(losses, tf.tensor1d(mask)));
  }

  countTargets(batch: TokenBatch): number {
    return batch.targets.filter((target) => target !== ignoreIndex).length;
  }
}

export function tinyModel(options: { readonly rate?: number; readonly seed?: number } = {}): TinyModel {
  const model = new TinyModel(options.rate);
  initialize(model, { seed: options.seed ?? 1 });
  return model;
}

/** Tokens in which the next one follows from the last one, mostly. */
export function tinyTokens(count: number, offset = 0): number[] {
  return Array.from({ length: count }, (_, i) => ((i + offset) * ((i + offset) % 7 === 0 ? 5 : 1)) % vocabSize);
}

/** A parameter's values, for comparison. */
export function valuesOf(parameter: Parameter): number[] {
  return [...parameter.value.dataSync()];
}
