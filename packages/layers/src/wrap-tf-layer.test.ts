import * as tf from '@tensorflow/tfjs';
import { ConfigError, DisposedError } from '@gptloom/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { contextFor, distance, noise, tensorsLeftBy } from '../test/helpers.ts';
import { initialize } from './initialize.ts';
import { namedParameters } from './module-tree.ts';
import { setTrainable } from './set-trainable.ts';
import { wrapTfLayer, type WrappedTfLayer } from './wrap-tf-layer.ts';

const dense = (): WrappedTfLayer =>
  wrapTfLayer(tf.layers.dense({ units: 3, activation: 'tanh' }), { inputShape: [null, 4] });
const valuesOf = (module: WrappedTfLayer): number[][] =>
  [...namedParameters(module).values()].map((parameter) => [...parameter.value.dataSync()]);
const deviation = (tensor: tf.Tensor): number => Math.sqrt(tf.moments(tensor).variance.dataSync()[0]!);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('wrapTfLayer', () => {
  test('hands the weights over as parameters, drawn from seed and path', () => {
    const [first, second] = [dense(), dense()];
    expect([...namedParameters(first)].map(([path, p]) => [path, p.role, ...p.shape])).toEqual([
      ['kernel', 'matrix', 4, 3],
      ['bias', 'bias', 3],
    ]);
    expect(() => first.forward(noise([1, 2, 4], 1), contextFor(first, [1, 2]))).toThrow(/call initialize/);
    initialize(first, { seed: 5 });
    initialize(second, { seed: 5 });
    expect(valuesOf(first)).toEqual(valuesOf(second));
    expect(valuesOf(first)[1]).toEqual([0, 0, 0]);
    // Glorot uniform, the default of tf.layers.dense: within sqrt(6 / (4 + 3)).
    expect(Math.max(...valuesOf(first)[0]!.map(Math.abs))).toBeLessThan(Math.sqrt(6 / 7));
    expect(new Set(valuesOf(first)[0]).size).toBe(12);
  });

  test('computes with the parameters and trains them; the frozen ones stay', () => {
    const layer = dense();
    initialize(layer, { seed: 1 });
    const context = contextFor(layer, [2, 3], { training: true });
    const x = noise([2, 3, 4], 1);
    const [kernel, bias] = [...namedParameters(layer).values()].map((parameter) => parameter.value);
    const expected = tf.tanh(tf.add(tf.matMul(tf.reshape(x, [6, 4]), kernel as tf.Tensor2D), bias!));
    expect(distance(layer.forward(x, context).dataSync(), expected.dataSync())).toBeLessThan(1e-6);

    const target = tf.tanh(noise([2, 3, 3], 2));
    const loss = (): tf.Scalar => tf.losses.meanSquaredError(target, layer.forward(x, context)) as tf.Scalar;
    setTrainable(layer, false, (path) => path === 'bias');
    const start = loss().dataSync()[0]!;
    const before = valuesOf(layer);
    const optimizer = tf.train.sgd(0.5);
    for (let step = 0; step < 50; step++) optimizer.minimize(loss, false);
    expect(loss().dataSync()[0]!).toBeLessThan(start * 0.7);
    expect(valuesOf(layer)[0]).not.toEqual(before[0]);
    expect(valuesOf(layer)[1]).toEqual(before[1]);
  });

  test("keeps the layer's kind of initial values", () => {
    const drawn = (
      kernelInitializer: NonNullable<Parameters<typeof tf.layers.dense>[0]['kernelInitializer']>,
    ): tf.Tensor => {
      const layer = wrapTfLayer(tf.layers.dense({ units: 100, kernelInitializer }), { inputShape: [100] });
      initialize(layer, { seed: 1 });
      return namedParameters(layer).get('kernel')!.value;
    };
    const { initializers } = tf;
    expect(new Set(drawn('zeros').dataSync())).toEqual(new Set([0]));
    expect(new Set(drawn('ones').dataSync())).toEqual(new Set([1]));
    expect(new Set(drawn(initializers.constant({ value: 3 })).dataSync())).toEqual(new Set([3]));
    expect(deviation(drawn(initializers.randomNormal({ mean: 1, stddev: 0.3 })))).toBeCloseTo(0.3, 2);
    expect(tf.mean(drawn(initializers.randomNormal({ mean: 1, stddev: 0.3 }))).dataSync()[0]).toBeCloseTo(1, 1);
    const flat = drawn(initializers.randomUniform({ minval: 1, maxval: 2 })).dataSync();
    expect(Math.min(...flat)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...flat)).toBeLessThanOrEqual(2);
    expect(Math.max(...flat) - Math.min(...flat)).toBeGreaterThan(0.95);
    const cut = drawn(initializers.truncatedNormal({ mean: 0, stddev: 0.1 }));
    expect(Math.max(...cut.dataSync().map(Math.abs))).toBeLessThanOrEqual(0.2);
    expect(deviation(cut)).toBeCloseTo(0.088, 2);
    // He normal: a normal of variance 2 / fanIn, cut at two standard deviations.
    expect(deviation(drawn('heNormal'))).toBeCloseTo(0.88 * Math.sqrt(2 / 100), 2);
    // Not known here: Glorot uniform.
    expect(deviation(drawn('identity'))).toBeCloseTo(Math.sqrt(2 / 200), 2);
  });

  test('normalization: scales are norms, moving statistics are not trained', () => {
    const norm = wrapTfLayer(tf.layers.layerNormalization(), { inputShape: [null, 4] });
    initialize(norm, { seed: 1 });
    expect([...namedParameters(norm)].map(([path, { role }]) => [path, role])).toEqual([
      ['gamma', 'norm'],
      ['beta', 'bias'],
    ]);
    expect(valuesOf(norm)).toEqual([
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]);
    const batch = wrapTfLayer(tf.layers.batchNormalization(), { inputShape: [null, 4] });
    const frozen = [...namedParameters(batch)].filter(([, parameter]) => !parameter.trainable).map(([path]) => path);
    expect(frozen).toEqual(['moving_mean', 'moving_variance']);
  });

  test('keeps the values of a layer that has some', () => {
    const built = tf.layers.dense({ units: 2 });
    const x = tf.ones([1, 3]);
    const expected = (built.apply(x) as tf.Tensor).dataSync();
    const layer = wrapTfLayer(built, { inputShape: [3] });
    initialize(layer, { seed: 1 });
    expect(layer.forward(x, contextFor(layer, [1, 1])).dataSync()).toEqual(expected);
    const weights = [tf.fill([3, 2], 7), tf.zeros([2])];
    const given = wrapTfLayer(tf.layers.dense({ units: 2, weights }), { inputShape: [3] });
    expect(new Set(valuesOf(given)[0])).toEqual(new Set([7]));
  });

  test('layers with layers inside work, their weights under names of their own', () => {
    const layer = wrapTfLayer(
      tf.layers.bidirectional({
        layer: tf.layers.gru({ units: 2, returnSequences: true }) as never,
        mergeMode: 'concat',
      }),
      { inputShape: [null, 4] },
    );
    initialize(layer, { seed: 1 });
    expect(namedParameters(layer).size).toBe(6);
    expect(layer.forward(noise([1, 3, 4], 1), contextFor(layer, [1, 3])).shape).toEqual([1, 3, 4]);
  });

  test('refuses what could not be repeated or would have no effect', () => {
    const refused = (layer: tf.layers.Layer) => expect(() => wrapTfLayer(layer, { inputShape: [4] }));
    refused(tf.layers.dropout({ rate: 0.1 })).toThrow(ConfigError);
    refused(tf.layers.gaussianNoise({ stddev: 1 })).toThrow(/use Dropout/);
    refused(tf.layers.lstm({ units: 2, recurrentDropout: 0.1 })).toThrow(/recurrentDropout 0.1/);
    refused(tf.layers.timeDistributed({ layer: tf.layers.dropout({ rate: 0.1 }) })).toThrow(/class Dropout/);
    refused(tf.layers.dense({ units: 2, kernelRegularizer: 'l1l2' })).toThrow(/kernelRegularizer/);
    refused(tf.layers.dense({ units: 2, biasConstraint: 'nonNeg' })).toThrow(/biasConstraint/);
    const seeded = wrapTfLayer(tf.layers.dropout({ rate: 0.5, seed: 3 }), { inputShape: [4] });
    const run = (): Float32Array =>
      seeded.forward(tf.ones([1, 100]), contextFor(seeded, [1, 1], { training: true })).dataSync() as Float32Array;
    expect(run()).toEqual(run());
    expect(new Set(run())).toEqual(new Set([0, 2]));
  });

  test('owns its tensors', () => {
    expect(
      tensorsLeftBy(() => {
        const layer = dense();
        initialize(layer, { seed: 1 });
        const context = contextFor(layer, [1, 2]);
        tf.tidy(() => void layer.forward(tf.ones([1, 2, 4]), context));
        layer.dispose();
        tf.tidy(() => void expect(() => layer.forward(tf.ones([1, 2, 4]), context)).toThrow(DisposedError));
        tf.dispose(context.positions);
      }),
    ).toBe(0);
  });
});
