import * as tf from '@tensorflow/tfjs';
import {
  cachedAttention,
  embedding,
  layerNorm,
  linear,
  linearCrossEntropy,
  linearGelu,
  valueAndGradients,
} from '@gptloom/ops';
import type { KernelProfile } from '@gptloom/backend-simd';
import { describe, expect, it } from 'vitest';
import { onSimd } from './on-simd.ts';

describe('the profile of kernels', () => {
  const engine = onSimd();

  const row = (profile: KernelProfile, kernel: string): object | undefined =>
    profile.rows.find((candidate) => candidate.kernel === kernel);

  it('counts calls, operations and bytes by the shapes', () => {
    const profile = engine().profile();
    tf.tidy(() => {
      const x: tf.Tensor2D = tf.ones([7, 5]);
      const weight: tf.Tensor2D = tf.ones([3, 5]);
      for (let i = 0; i < 4; i++) linear(x, weight, tf.ones([3]));
      tf.matMul(x, weight, false, true);
      tf.reshape(tf.slice(x, [2, 0], [2, 5]), [10]);
      tf.variableGrads(
        () => tf.sum(linearCrossEntropy(x, variable, tf.tensor1d([0, 1, 2, 0, 1, 2, 0], 'int32'), {})) as tf.Scalar,
        [variable],
      );
    });
    profile.stop();
    const flops = 2 * 7 * 5 * 3;
    expect(row(profile, 'GptloomLinear')).toMatchObject({
      ...{ where: 'engine', calls: 4, flops: 4 * flops, bytes: 4 * 4 * (7 * 5 + 3 * 5 + 3 + 7 * 3) },
    });
    expect(row(profile, 'BatchMatMul')).toMatchObject({ calls: 1, flops });
    expect(row(profile, 'GptloomLinearCrossEntropy')).toMatchObject({ flops });
    expect(row(profile, 'GptloomLinearCrossEntropyGrad')).toMatchObject({ flops: 2 * flops });
    expect(row(profile, 'Slice')).toMatchObject({ flops: 0, bytes: 2 * 4 * 10 });
    expect(row(profile, 'Reshape')).toMatchObject({ where: 'javascript', bytes: 0 });
  });

  const variable = tf.variable(tf.ones([3, 5])) as tf.Variable<tf.Rank.R2>;

  it('counts gradients that are added to those before in place, and derivatives that are kept', () => {
    const profile = engine().profile();
    const scale = tf.variable(tf.ones([5])) as tf.Variable<tf.Rank.R1>;
    tf.tidy(() => {
      const ids = tf.tensor1d([0, 2], 'int32');
      valueAndGradients(() => {
        const x = embedding(ids, variable);
        const y = linear(layerNorm(x, scale, undefined, { eps: 1e-5 }), tf.ones([5, 5]), undefined, x) as tf.Tensor2D;
        return tf.sum(linearGelu(tf.matMul(y, variable, false, true), tf.ones([4, 3]), undefined)) as tf.Scalar;
      }, [variable, scale]);
    });
    profile.stop();
    // dy, x and sum are read, sum is written; weight, mean and deviation are read; the gradients of weight and bias are written.
    expect(row(profile, 'GptloomLayerNormGrad')).toMatchObject({
      ...{ flops: 14 * 10, bytes: 4 * (4 * 10 + 5 + 2 * 2 + 2 * 5) },
    });
    expect(row(profile, 'GptloomEmbeddingGrad')).toMatchObject({ flops: 10, bytes: 4 * (2 + 3 * 10) });
    expect(row(profile, 'GptloomLinearGelu')).toMatchObject({ flops: 2 * 4 * (2 * 3 + 24) });
    scale.dispose();
  });

  it('counts what attention reads of a cache, and what it adds', () => {
    const profile = engine().profile();
    tf.tidy(() => {
      const before = { key: tf.ones([1, 5, 1, 3]) as tf.Tensor4D, value: tf.ones([1, 5, 1, 3]) as tf.Tensor4D };
      cachedAttention(tf.ones([1, 2, 12]), before, { heads: 2, kvHeads: 1, capacity: 7 });
    });
    profile.stop();
    // The first of two tokens sees 6 keys, the second 7. Projection and result, keys and values read, two of each written.
    expect(row(profile, 'GptloomCachedAttention')).toMatchObject({
      ...{ calls: 1, flops: 2 * 2 * (6 + 7) * 6, bytes: 4 * (2 * 12 + 2 * 6 + 2 * 7 * 3 + 2 * 2 * 3) },
    });
  });

  it('tells what ran in plain JavaScript, and adds up to the whole time', () => {
    const profile = engine().profile();
    tf.tidy(() => {
      const x = tf.range(0, 4000);
      tf.topk(x, 3);
      tf.add(x, tf.add(x.toInt(), tf.ones([4000], 'int32')).toFloat());
    });
    profile.stop();
    expect(row(profile, 'TopK')).toMatchObject({ where: 'javascript', calls: 1 });
    const adds = profile.rows.filter(({ kernel }) => kernel === 'Add').map(({ where, calls }) => ({ where, calls }));
    expect(adds).toHaveLength(2);
    expect(adds).toEqual(
      expect.arrayContaining([
        { where: 'engine', calls: 1 },
        { where: 'javascript', calls: 1 },
      ]),
    );
    const inKernels = profile.rows.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    expect(inKernels).toBeLessThanOrEqual(profile.milliseconds);
    expect(profile.rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(inKernels / profile.milliseconds, 6);
  });

  it('counts a kernel that another one calls once', () => {
    const profile = engine().profile();
    tf.tidy(() =>
      tf.fused.matMul({ a: tf.ones([90, 80]), b: tf.ones([80, 70]), bias: tf.scalar(1), activation: 'relu' }),
    );
    profile.stop();
    for (const kernel of ['_FusedMatMul', 'Add', 'Relu']) expect(row(profile, kernel)).toMatchObject({ calls: 1 });
    const inKernels = profile.rows.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    expect(inKernels).toBeLessThanOrEqual(profile.milliseconds);
  });

  it('prints a table', () => {
    const profile = engine().profile();
    tf.tidy(() => tf.topk(tf.exp(tf.ones([100, 100])), 2));
    profile.stop();
    const lines = String(profile).split('\n');
    expect(lines[0]).toMatch(/^kernel +calls +ms +share +GFLOP +GFLOP\/s +GB +GB\/s$/);
    expect(String(profile)).toMatch(/\nExp +1 +\d+\.\d +\d+\.\d % +0\.000 +\d+\.\d +0\.000 +\d+\.\d\n/);
    expect(String(profile)).toMatch(/\nTopK \(JavaScript\) +1 /);
    expect(String(profile)).toMatch(
      /\noutside of kernels +\d.*\nall +\d+ +\d+\.\d +100\.0 %\nmost memory in use: \d+\.\d MiB$/,
    );
  });

  it('begins anew, ends, and leaves the kernels as they were', () => {
    const before = tf.getKernelsForBackend('simd');
    const profile = engine().profile();
    expect(engine().profile()).toBe(profile);
    expect(tf.getKernel('Exp', 'simd').kernelFunc).not.toBe(
      before.find(({ kernelName }) => kernelName === 'Exp')?.kernelFunc,
    );
    tf.ones([8, 8]).exp().dispose();
    profile.reset();
    expect(profile.rows).toEqual([]);
    expect(() => tf.matMul(tf.ones([2, 3]), tf.ones([2, 3]))).toThrow();
    profile.stop();
    profile.stop();
    const { milliseconds } = profile;
    tf.ones([8, 8]).exp().dispose();
    expect(row(profile, 'Exp')).toBeUndefined();
    expect(profile.milliseconds).toBe(milliseconds);
    const after = new Map(tf.getKernelsForBackend('simd').map((config) => [config.kernelName, config]));
    expect(after.size).toBe(before.length);
    for (const config of before) expect(after.get(config.kernelName)).toBe(config);
    expect(engine().profile()).not.toBe(profile);
    engine().profile().stop();
  });

  it('has the peak of memory', () => {
    const profile = engine().profile();
    const before = profile.peakBytes;
    const ones = tf.ones([1024, 1024]);
    tf.dispose([tf.exp(ones), ones]);
    expect(profile.peakBytes - before).toBe(2 * 4 * 2 ** 20);
    profile.reset();
    expect(profile.peakBytes).toBe(before);
    profile.stop();
  });
});
