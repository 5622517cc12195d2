import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { embedding, layerNorm, linear, rmsNorm, valueAndGradients } from '@gptloom/ops';
import { startGuardedSimd } from './guard-blocks.ts';

let guards: Awaited<ReturnType<typeof startGuardedSimd>>;
beforeAll(async () => {
  guards = await startGuardedSimd();
});
afterAll(() => tf.removeBackend('simd'));

const variable = (seed: number, ...shape: number[]): tf.Variable =>
  tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, 1, 'float32', seed)));

describe('gradients of what is used twice', () => {
  const [table, scale, shift, weight] = [variable(1, 50, 37), variable(2, 37), variable(3, 37), variable(4, 37, 37)];
  const ids = tf.tidy(() => tf.randomUniformInt([3, 20], 0, 50, 5).toInt());
  const norms = {
    'layer norm': (x: tf.Tensor) => layerNorm(x, scale as tf.Tensor1D, shift as tf.Tensor1D, { eps: 1e-5 }),
    'RMS norm': (x: tf.Tensor) => rmsNorm(x, scale as tf.Tensor1D, { eps: 1e-5 }),
  };

  it.each(Object.entries(norms))('are added up in place by an embedding and by %s', (name, norm) => {
    // A table that is the head too, and a residual stream.
    const loss = (): tf.Scalar => {
      const x = embedding(ids, table as tf.Tensor2D);
      const y = linear(norm(x), weight as tf.Tensor2D, undefined, x);
      const z = linear(norm(y), weight as tf.Tensor2D, undefined, y);
      return tf.mean(tf.square(linear(norm(z), table as tf.Tensor2D)));
    };
    const variables = [table, scale, weight, ...(name === 'layer norm' ? [shift] : [])];
    const expected = tf.variableGrads(loss, variables);
    const add = vi.spyOn(tf.getKernel(tf.Add, 'simd'), 'kernelFunc');
    const before = tf.memory().numTensors;
    const { value, gradients } = valueAndGradients(loss, variables);
    expect(tf.memory().numTensors).toBe(before + 1 + variables.length);
    // Two for what the three norms share, one for the matrix; none for the table or the stream.
    const added = variables.flatMap(({ shape, rank }) =>
      rank === 1 ? [shape, shape] : shape[0] === 37 ? [shape] : [],
    );
    expect(add.mock.calls.map(([{ inputs }]) => inputs['a']!.shape.join()).sort()).toEqual(added.map(String).sort());
    for (const one of variables) {
      const [found, wanted] = [gradients.get(one)!, expected.grads[one.name]!].map((tensor) => [...tensor.dataSync()]);
      const largest = Math.max(...wanted!.map(Math.abs));
      wanted!.forEach((number, i) => expect(Math.abs(found![i]! - number)).toBeLessThan(1e-6 * largest));
    }
    tf.dispose([value, expected.value, ...gradients.values(), ...Object.values(expected.grads)]);
    add.mockRestore();
    expect(guards.changed()).toBe(0);
  });
});
