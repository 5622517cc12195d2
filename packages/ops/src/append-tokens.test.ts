import * as tf from '@tensorflow/tfjs';
import { ConfigError, ShapeError } from '@gptloom/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { appendTokens } from './append-tokens.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const numbered = (shape: [number, number, number, number], first: number): tf.Tensor4D => {
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor4d(
    Array.from({ length: size }, (_, i) => first + i),
    shape,
  );
};

describe('appendTokens', () => {
  it('puts the new tokens of each row behind its old ones', () => {
    const appended = appendTokens(numbered([2, 2, 1, 2], 0), numbered([2, 1, 1, 2], 100), { capacity: 3 });
    expect(appended.shape).toEqual([2, 3, 1, 2]);
    expect([...appended.dataSync()]).toEqual([0, 1, 2, 3, 100, 101, 4, 5, 6, 7, 102, 103]);
  });

  it('leaves its inputs, and takes more tokens than were expected', () => {
    const [x, added] = [numbered([1, 1, 2, 1], 0), numbered([1, 2, 2, 1], 2)];
    const before = tf.memory().numTensors;
    const appended = appendTokens(x, added, { capacity: 1 });
    expect(tf.memory().numTensors).toBe(before + 1);
    expect([...appended.dataSync()]).toEqual([0, 1, 2, 3, 4, 5]);
    appended.dispose();
    expect([...x.dataSync(), ...added.dataSync()]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('gives each input its part of the gradient', () => {
    const dy = numbered([2, 3, 1, 1], 0);
    const gradients = tf.grads((x, added) => appendTokens(x as tf.Tensor4D, added as tf.Tensor4D, { capacity: 3 }))(
      [numbered([2, 2, 1, 1], 0), numbered([2, 1, 1, 1], 0)],
      dy,
    );
    expect(gradients.map((gradient) => [...gradient.dataSync()])).toEqual([
      [0, 1, 3, 4],
      [2, 5],
    ]);
  });

  it('names the tensor that does not fit, and the option', () => {
    const x = numbered([2, 2, 1, 3], 0);
    const append = (added: tf.Tensor, capacity = 4): unknown => appendTokens(x, added as tf.Tensor4D, { capacity });
    expect(() => append(tf.zeros([1, 1, 1, 3]))).toThrow(ShapeError);
    expect(() => append(tf.zeros([2, 1, 1, 2]))).toThrow(/added must be float32 \[2, newTime, 1, 3\].*\[2, 1, 1, 2\]/);
    expect(() => append(tf.zeros([2, 1, 3]))).toThrow(ShapeError);
    expect(() => append(tf.zeros([2, 1, 1, 3], 'int32'))).toThrow(/int32 \[2, 1, 1, 3\]/);
    expect(() => appendTokens(tf.zeros([2, 3]) as tf.Tensor as tf.Tensor4D, x, { capacity: 4 })).toThrow(
      /x must be float32 \[batch, time, heads, dim\]/,
    );
    expect(() => append(x, 0)).toThrow(ConfigError);
    expect(() => appendTokens(x, x, {} as { capacity: number })).toThrow(/capacity/);
  });
});
