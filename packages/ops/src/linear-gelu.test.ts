import * as tf from '@tensorflow/tfjs';
import { ConfigError, ShapeError } from '@gptloom/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { gelu, type GeluOptions } from './gelu.ts';
import { linear } from './linear.ts';
import { linearGelu } from './linear-gelu.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const x = (): tf.Tensor => tf.randomNormal([2, 3, 4], 0, 1, 'float32', 1);
const weight = (): tf.Tensor2D => tf.randomNormal<tf.Rank.R2>([5, 4], 0, 1, 'float32', 2);
const bias = (): tf.Tensor1D => tf.randomNormal<tf.Rank.R1>([5], 0, 1, 'float32', 3);

describe('linearGelu', () => {
  it.each([undefined, 'tanh', 'none'] as const)('is gelu of linear, approximate: %s', (approximate) => {
    const options: GeluOptions = { approximate };
    for (const shift of [bias(), undefined]) {
      const fused = linearGelu(x(), weight(), shift, options);
      expect(fused.shape).toEqual([2, 3, 5]);
      expect(fused.dataSync()).toEqual(gelu(linear(x(), weight(), shift), options).dataSync());
    }
  });

  it('has the gradients of gelu of linear', () => {
    type Op = (x: tf.Tensor, weight: tf.Tensor2D, bias: tf.Tensor1D) => tf.Tensor;
    const gradients = (op: Op): unknown[] =>
      tf
        .grads((...inputs: tf.Tensor[]) => op(inputs[0]!, inputs[1] as tf.Tensor2D, inputs[2] as tf.Tensor1D))(
          [x(), weight(), bias()],
          tf.randomNormal([2, 3, 5], 0, 1, 'float32', 4),
        )
        .map((gradient) => gradient.arraySync());
    expect(gradients((...inputs) => linearGelu(...inputs))).toEqual(gradients((...inputs) => gelu(linear(...inputs))));
  });

  it('leaves nothing but its result', () => {
    const [input, matrix, shift] = [x(), weight(), bias()];
    const before = tf.memory().numTensors;
    linearGelu(input, matrix, shift);
    expect(tf.memory().numTensors).toBe(before + 1);
  });

  it('names the tensor that does not fit, and the option', () => {
    expect(() => linearGelu(tf.zeros([2, 3]), weight(), bias())).toThrow(/x must be float32 \[\.\.\., 4\].*\[2, 3\]/);
    expect(() => linearGelu(x(), tf.zeros([4]) as tf.Tensor as tf.Tensor2D, bias())).toThrow(ShapeError);
    expect(() => linearGelu(x(), weight(), tf.zeros([4]))).toThrow(/bias must be float32 \[5\].*\[4\]/);
    expect(() => linearGelu(tf.zeros([2, 4], 'int32'), weight(), undefined)).toThrow(ShapeError);
    const wrong = { approximate: 'erf' } as unknown as GeluOptions;
    expect(() => linearGelu(x(), weight(), bias(), wrong)).toThrow(ConfigError);
  });
});
