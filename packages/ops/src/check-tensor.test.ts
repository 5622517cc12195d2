import * as tf from '@tensorflow/tfjs';
import { ShapeError } from '@gptloom/core';
import { beforeAll, expect, it } from 'vitest';
import { checkTensor, type TensorRule } from './check-tensor.ts';

beforeAll(() => tf.setBackend('cpu'));

it.each<[TensorRule, tf.Tensor]>([
  [{ shape: [2, 3] }, tf.zeros([2, 3])],
  [{ shape: ['rows', 3] }, tf.zeros([0, 3])],
  [{ shape: ['...', 3] }, tf.zeros([3])],
  [{ shape: ['...', 'dim'] }, tf.zeros([4, 2, 3])],
  [{ shape: '...' }, tf.scalar(1)],
  [{ dtype: 'int32', shape: ['n'] }, tf.tensor1d([1], 'int32')],
])('takes what fits %j', (rule, tensor) => {
  expect(() => checkTensor('linear', 'x', tensor, rule)).not.toThrow();
});

it.each<[TensorRule, unknown, string]>([
  [{ shape: [2, 3] }, tf.zeros([3, 2]), 'linear: x must be float32 [2, 3]; received float32 [3, 2]'],
  [{ shape: ['rows', 3] }, tf.zeros([3]), 'linear: x must be float32 [rows, 3]; received float32 [3]'],
  [{ shape: ['...', 3] }, tf.scalar(1), 'linear: x must be float32 [..., 3]; received float32 []'],
  [{ shape: ['n'] }, tf.tensor1d([1], 'int32'), 'linear: x must be float32 [n]; received int32 [1]'],
  [{ dtype: 'int32', shape: '...' }, tf.scalar(1), 'linear: x must be int32 [...]; received float32 []'],
  [{ shape: ['n'] }, [1, 2], 'linear: x must be float32 [n]; received [1, 2]'],
  [{ shape: ['n'] }, null, 'linear: x must be float32 [n]; received null'],
])('refuses what does not fit %j', (rule, value, message) => {
  const run = (): void => checkTensor('linear', 'x', value as tf.Tensor, rule);
  expect(run).toThrow(ShapeError);
  expect(run).toThrow(message);
});
