import * as tf from '@tensorflow/tfjs';
import { ConfigError, DisposedError } from '@gptloom/core';
import { gelu } from '@gptloom/ops';
import { beforeAll, describe, expect, test } from 'vitest';
import { contextFor, distance, noise, randomizeParameters, tensorsLeftBy } from '../test/helpers.ts';
import { AdapterEntry } from './adapter-entry.ts';
import type { ForwardContext } from './forward-context.ts';
import { ones } from './initializer.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { namedParameters } from './module-tree.ts';
import { Parameter } from './parameter.ts';
import { setTrainable } from './set-trainable.ts';

/** The smallest adapter: one scale for the sum of the input. */
class SumAdapter extends Module {
  readonly scale = new Parameter({ shape: [1], role: 'matrix', initializer: ones });
  forward(x: tf.Tensor, _context: ForwardContext): tf.Tensor {
    return tf.mul(tf.sum(x, -1, true), this.scale.value);
  }
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('Linear', () => {
  test('computes x Wᵀ + b for inputs of two and three dimensions', () => {
    const linear = new Linear({ inDim: 2, outDim: 3 });
    linear.weight.assign(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]));
    linear.bias!.assign(tf.tensor1d([0.5, 0, -1]));
    const context = contextFor(linear, [1, 1]);
    expect([...linear.forward(tf.tensor2d([[1, 10]]), context).dataSync()]).toEqual([21.5, 43, 64]);
    const output: tf.Tensor3D = linear.forward(tf.tensor3d([[[1, 10]]]), context);
    expect(output.shape).toEqual([1, 1, 3]);
  });

  test('has no bias when told so', () => {
    const linear = new Linear({ inDim: 2, outDim: 3, bias: false });
    expect([...namedParameters(linear).keys()]).toEqual(['weight']);
  });

  test('adds the adapter that the context names, and no other', () => {
    const linear = new Linear({ inDim: 4, outDim: 3 });
    linear.adapters.push(
      new AdapterEntry({ name: 'one', adapter: new SumAdapter() }),
      new AdapterEntry({ name: 'two', adapter: new SumAdapter() }),
    );
    expect([...namedParameters(linear).keys()]).toEqual([
      'weight',
      'bias',
      'adapters.0.adapter.scale',
      'adapters.1.adapter.scale',
    ]);
    randomizeParameters(linear);
    const x = noise([1, 2, 4], 1);
    const run = (adapter?: string): Float32Array =>
      linear
        .forward(x, contextFor(linear, [1, 2], { adapter }))
        .dataSync()
        .slice() as Float32Array;
    const sums = tf.sum(x, -1).dataSync();
    const scale = (linear.adapters[1]!.adapter as SumAdapter).scale.value.dataSync()[0]!;
    const expected = run().map((value, i) => value + sums[Math.floor(i / 3)]! * scale);
    expect(distance(run('two'), expected)).toBeLessThan(1e-6);
    expect(distance(run('one'), expected)).toBeGreaterThan(1e-3);
    expect(() => run('three')).toThrow(/"three"; try: one, two/);
  });

  test('adds its output to another tensor, with and without an adapter', () => {
    const linear = new Linear({ inDim: 4, outDim: 3 });
    linear.adapters.push(new AdapterEntry({ name: 'one', adapter: new SumAdapter() }));
    randomizeParameters(linear);
    const [x, residual] = [noise([1, 2, 4], 1), noise([1, 2, 3], 2)];
    for (const adapter of [undefined, 'one']) {
      const context = contextFor(linear, [1, 2], { adapter });
      const expected = tf.add(residual, linear.forward(x, context)).dataSync();
      expect(distance(linear.addTo(residual, x, context).dataSync(), expected)).toBeLessThan(1e-6);
    }
  });

  test('means its own forward in the sum and before GELU, of a class or of one object', () => {
    class Doubled extends Linear {
      override forward<T extends tf.Tensor>(x: T, context: ForwardContext): T {
        return tf.mul(super.forward(x, context), 2);
      }
    }
    const patched = new Linear({ inDim: 4, outDim: 3 });
    patched.forward = (x, context) => tf.mul(Linear.prototype.forward.call(patched, x, context), 3) as typeof x;
    for (const linear of [new Doubled({ inDim: 4, outDim: 3 }), patched]) {
      randomizeParameters(linear);
      const [x, residual] = [noise([1, 2, 4], 1), noise([1, 2, 3], 2)];
      const context = contextFor(linear, [1, 2]);
      const output = linear.forward(x, context);
      expect(distance(linear.addTo(residual, x, context).dataSync(), tf.add(residual, output).dataSync())).toBe(0);
      const activated = linear.forwardGelu(x, context, { approximate: 'tanh' });
      expect(distance(activated.dataSync(), gelu(output, { approximate: 'tanh' }).dataSync())).toBe(0);
    }
  });

  test('trains an adapter while its own weights are frozen', () => {
    const linear = new Linear({ inDim: 4, outDim: 3 });
    linear.adapters.push(new AdapterEntry({ name: 'one', adapter: new SumAdapter() }));
    randomizeParameters(linear);
    setTrainable(linear, false, (path) => !path.includes('adapters'));
    const context = contextFor(linear, [1, 2], { adapter: 'one' });
    const { grads } = tf.variableGrads(() => tf.sum(linear.forward(noise([1, 2, 4], 1), context)) as tf.Scalar);
    const { scale } = linear.adapters[0]!.adapter as SumAdapter;
    expect(grads[scale.value.name]!.dataSync()[0]).toBeCloseTo(3 * tf.sum(noise([1, 2, 4], 1)).dataSync()[0]!, 4);
    expect(grads[linear.weight.value.name]).toBeUndefined();
  });

  test('says what is wrong', () => {
    expect(() => new Linear({ inDim: 0, outDim: 1 })).toThrow(ConfigError);
    expect(() => new Linear({ inDim: 1, outDim: 1, units: 3 } as never)).toThrow(/no option 'units'/);
    expect(() => new AdapterEntry({ name: '', adapter: new SumAdapter() })).toThrow(ConfigError);
    const linear = new Linear({ inDim: 2, outDim: 2 });
    const context = contextFor(linear, [1, 1]);
    expect(() => linear.forward(tf.ones([1, 1, 2]), context)).toThrow(/call initialize/);
    linear.dispose();
    expect(() => linear.forward(tf.ones([1, 1, 2]), context)).toThrow(DisposedError);
  });

  test('leaves nothing but its output', () => {
    const linear = new Linear({ inDim: 4, outDim: 3 });
    randomizeParameters(linear);
    const x = noise([1, 2, 4], 1);
    const context = contextFor(linear, [1, 2]);
    expect(tensorsLeftBy(() => tf.tidy(() => linear.forward(x, context)).dispose())).toBe(0);
  });
});
