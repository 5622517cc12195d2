import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adamWUpdate, type AdamWParameter } from './adam-w-update.ts';
import { adamWKernel, squareSumKernel } from './kernels.ts';
import { squareSum } from './square-sum.ts';

const factors = { beta1: 0.9, gradientShare: 0.1, beta2: 0.99, squareShare: 0.01 };

function parameter(values: number[], kept: number): AdamWParameter {
  return tf.tidy(() => ({
    value: tf.variable(tf.tensor1d(values)),
    gradient: tf.keep(tf.tensor1d(values.map((_, i) => i - 1))),
    mean: tf.variable(tf.fill([values.length], 0.5)),
    square: tf.variable(tf.fill([values.length], 0.25)),
    ...{ kept, stepSize: 0.1, eps: 0.01 },
  }));
}

describe('adamWUpdate and squareSum', () => {
  beforeAll(() => tf.setBackend('cpu'));
  afterEach(() => {
    for (const name of [adamWKernel, squareSumKernel]) {
      if ((tf.getKernel(name, 'cpu') as tf.KernelConfig | undefined) !== undefined) tf.unregisterKernel(name, 'cpu');
    }
  });

  it('update by the formula, and leave only the variables', async () => {
    const parameters = [parameter([1, 2, 3], 0.9), parameter([4], 1)];
    const before = tf.memory().numTensors;
    adamWUpdate(parameters, factors);
    expect(tf.memory().numTensors).toBe(before);
    for (const { value, gradient, mean, square, kept } of parameters) {
      const old = value.shape[0] === 1 ? [4] : [1, 2, 3];
      const [values, gradients, means, squares] = await Promise.all(
        [value, gradient, mean, square].map((t) => t.data()),
      );
      for (const [i, was] of old.entries()) {
        const g = gradients![i]!;
        const m = 0.9 * 0.5 + 0.1 * g;
        const s = 0.99 * 0.25 + 0.01 * g * g;
        expect(means![i]).toBeCloseTo(m, 6);
        expect(squares![i]).toBeCloseTo(s, 6);
        expect(values![i]).toBeCloseTo(kept * was - (0.1 * m) / (Math.sqrt(s) + 0.01), 6);
      }
      tf.dispose([value, gradient, mean, square]);
    }
    adamWUpdate([], factors);
  });

  it('give a kernel variables that share their bytes with nothing', async () => {
    const seen: number[] = [];
    tf.registerKernel({
      kernelName: adamWKernel,
      backendName: 'cpu',
      kernelFunc: ({ inputs, backend, attrs }) => {
        const { value0, mean0 } = inputs as tf.NamedTensorInfoMap;
        seen.push(
          (backend as tf.KernelBackend).refCount(value0!.dataId),
          (attrs as unknown as { kept: number[] }).kept[0]!,
        );
        // In place, as a kernel does.
        const values = (tf.backend() as unknown as { data: tf.DataStorage<{ values: Float32Array }> }).data;
        values.get(value0!.dataId).values[0] = 7;
        values.get(mean0!.dataId).values[0] = 8;
        return [];
      },
    });
    const one = parameter([1, 2], 0.5);
    const clone = one.value.clone();
    adamWUpdate([one], factors);
    expect(seen).toEqual([1, 0.5]);
    expect([...(await one.value.data())]).toEqual([7, 2]);
    expect([...(await one.mean.data())]).toEqual([8, 0.5]);
    expect([...(await clone.data())]).toEqual([1, 2]);
    tf.dispose([one.value, one.gradient, one.mean, one.square, clone]);
  });

  it('add up the squares of all tensors', async () => {
    const tensors = [tf.tensor1d([1, 2]), tf.tensor2d([[3]]), tf.scalar(4), tf.zeros([0])];
    const sum = squareSum(tensors);
    expect([sum.shape, ...(await sum.data())]).toEqual([[], 30]);
    const none = squareSum([]);
    expect(await none.data()).toEqual(Float32Array.of(0));
    tf.registerKernel({
      kernelName: squareSumKernel,
      backendName: 'cpu',
      kernelFunc: ({ inputs, backend }) => ({
        shape: [],
        dtype: 'float32',
        dataId: (backend as tf.KernelBackend).write(Float32Array.of(Object.keys(inputs).length), [], 'float32'),
      }),
    });
    const fromKernel = squareSum(tensors);
    expect([...(await fromKernel.data())]).toEqual([4]);
    tf.dispose([tensors, sum, none, fromKernel]);
  });
});
