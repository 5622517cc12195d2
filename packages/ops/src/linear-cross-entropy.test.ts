import * as tf from '@tensorflow/tfjs';
import { ShapeError } from '@gptloom/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { linearCrossEntropy } from './linear-cross-entropy.ts';
import { chunkRows, linearCrossEntropyReference } from './linear-cross-entropy.reference.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const attributes = { softCap: 3, ignoreIndex: -100, mostKept: 0 };
const make = (): [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D] => [
  tf.randomNormal<tf.Rank.R2>([7, 4], 0, 1, 'float32', 1),
  tf.randomNormal<tf.Rank.R2>([5, 4], 0, 1, 'float32', 2),
  tf.tensor1d([0, 4, -100, 2, 2, -100, 1], 'int32'),
];

describe('linearCrossEntropy', () => {
  it('of zero logits is ln vocab, and nothing where ignored', () => {
    const losses = linearCrossEntropy(tf.zeros([3, 4]), tf.ones([8, 4]), tf.tensor1d([7, -100, 0], 'int32')).dataSync();
    expect(losses[0]).toBeCloseTo(Math.log(8), 6);
    expect([losses[1], losses[2]]).toEqual([0, losses[0]]);
  });

  it('is stable for large logits', () => {
    const head = tf.tensor2d([300, -300], [2, 1]);
    const losses = linearCrossEntropy(tf.tensor2d([[1], [1]]), head, tf.tensor1d([0, 1], 'int32')).dataSync();
    expect([...losses]).toEqual([0, 600]);
  });

  it('takes another ignoreIndex, and no token at all', () => {
    const targets = tf.tensor1d([1, 0], 'int32');
    const losses = linearCrossEntropy(tf.ones([2, 3]), tf.ones([4, 3]), targets, { ignoreIndex: 0 }).dataSync();
    expect(losses[0]).toBeCloseTo(Math.log(4), 6);
    expect(losses[1]).toBe(0);
    expect(linearCrossEntropy(tf.zeros([0, 3]), tf.ones([4, 3]), tf.tensor1d([], 'int32')).shape).toEqual([0]);
  });

  it('refuses a head without words or without numbers', () => {
    const targets = tf.tensor1d([0, 0], 'int32');
    for (const [vocab, dim] of [
      [3, 0],
      [0, 3],
    ] as const) {
      const run = (): tf.Tensor => linearCrossEntropy(tf.zeros([2, dim]), tf.zeros([vocab, dim]), targets);
      expect(run).toThrow(ShapeError);
      expect(run).toThrow(`neither of them 0; received float32 [${vocab}, ${dim}]`);
    }
  });

  it('is the same in chunks, values and gradients, and never holds more logits than allowed', () => {
    const [hidden, head, targets] = make();
    const run = (limit: number): { loss: Float32Array; gradients: number[][] } => {
      const loss = (h: tf.Tensor, w: tf.Tensor): tf.Tensor1D =>
        linearCrossEntropyReference(h as tf.Tensor2D, w as tf.Tensor2D, targets, attributes, limit);
      const gradients = tf.grads((h: tf.Tensor, w: tf.Tensor) => tf.sum(loss(h, w)))([hidden, head]);
      return {
        loss: loss(hidden, head).dataSync<'float32'>(),
        gradients: gradients.map((gradient) => Array.from(gradient.dataSync())),
      };
    };
    const whole = run(35);
    for (const limit of [15, 10, 1]) {
      const chunked = run(limit);
      expect(chunked.loss).toEqual(whole.loss);
      chunked.gradients.forEach((gradient, i) =>
        gradient.forEach((number, j) => expect(number).toBeCloseTo(whole.gradients[i]![j]!, 5)),
      );
    }
    expect([chunkRows(7, 5, 35), chunkRows(7, 5, 34), chunkRows(7, 5, 10), chunkRows(7, 5, 1)]).toEqual([7, 6, 2, 1]);
  });

  it('leaves no tensor behind in chunks', () => {
    const [hidden, head, targets] = make();
    const before = tf.memory().numTensors;
    const gradients = tf.grads((h: tf.Tensor, w: tf.Tensor) =>
      tf.sum(linearCrossEntropyReference(h as tf.Tensor2D, w as tf.Tensor2D, targets, attributes, 10)),
    )([hidden, head]);
    tf.dispose(gradients);
    expect(tf.memory().numTensors).toBe(before);
  });
});
