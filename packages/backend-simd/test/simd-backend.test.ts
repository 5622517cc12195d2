import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as tf from '@tensorflow/tfjs';
import { BackendError, ConfigError } from '@gptloom/core';
import { loadSimdBackend, type LoadedSimdBackend } from '@gptloom/backend-simd';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

interface Report {
  readonly description: string;
  readonly milliseconds: number;
  readonly checksum: number;
}

async function runProcess(environment: Readonly<Record<string, string>> = {}): Promise<Report> {
  const parameters = ['--conditions=gptloom-source', join(import.meta.dirname, 'run-products.ts')];
  const child = spawn(process.execPath, parameters, {
    env: { ...process.env, GPTLOOM_THREADS: '2', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return JSON.parse(output) as Report;
}

describe('the simd backend', () => {
  let engine: LoadedSimdBackend;
  const banner = vi.spyOn(console, 'warn');
  beforeAll(async () => {
    const both = await Promise.all([loadSimdBackend({ threads: 2 }), loadSimdBackend({ threads: 1 })]);
    engine = both[0];
    expect(both[1]).toBe(engine);
    await tf.setBackend('simd');
  });
  afterAll(async () => {
    expect(banner).not.toHaveBeenCalled();
    await tf.setBackend('cpu');
    engine.dispose();
    expect(tf.engine().registry['simd']).toBeUndefined();
  });

  /** The same on the engine and on the plain JavaScript backend. */
  async function expectSame(compute: () => tf.Tensor): Promise<void> {
    const computed = compute();
    const [shape, dtype, values] = [computed.shape, computed.dtype, await computed.data()];
    computed.dispose();
    await tf.setBackend('cpu');
    const expected = compute();
    expect([shape, dtype]).toEqual([expected.shape, expected.dtype]);
    const known = await expected.data();
    expect(values.length).toBe(known.length);
    for (const [i, value] of known.entries()) {
      if (!(Math.abs(values[i]! - value) <= 1e-5 * (1 + Math.abs(value)))) expect([i, values[i]]).toEqual([i, value]);
    }
    expected.dispose();
    await tf.setBackend('simd');
  }

  const wave = (shape: number[], phase = 0, dtype: 'float32' | 'int32' = 'float32'): tf.Tensor =>
    tf.tensor(
      Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 3 * Math.sin(1.3 * i + phase)),
      shape,
      dtype,
    );

  it('says what it is', () => {
    expect(engine).toMatchObject({ tensorflowName: 'simd', deterministic: true, threads: 2 });
    expect(engine.description).toMatch(/^CPU, 2 threads, (128|256)-bit/);
  });

  it.each<[string, () => tf.Tensor]>([
    ['matrices', () => tf.matMul(wave([7, 5]) as tf.Tensor2D, wave([5, 33]) as tf.Tensor2D)],
    ['both sides transposed', () => tf.matMul(wave([5, 7]), wave([33, 5]), true, true)],
    ['batches', () => tf.matMul(wave([2, 3, 7, 5]), wave([2, 3, 5, 4], 1))],
    ['one right side for all', () => tf.matMul(wave([3, 7, 5]), wave([1, 9, 5], 1), false, true)],
    ['one left side for all', () => tf.matMul(wave([1, 7, 5]), wave([3, 5, 9], 1))],
    ['one transposed left side for all', () => tf.matMul(wave([3, 5, 7]), wave([1, 5, 9], 1), true)],
    ['integers', () => tf.matMul(wave([4, 5], 0, 'int32'), wave([5, 6], 1, 'int32'))],
    ['nothing at all', () => tf.matMul(wave([0, 5]), wave([5, 6]))],
    ['sums of nothing', () => tf.matMul(wave([2, 0]), wave([0, 6]))],
    ['a bias', () => tf.fused.matMul({ a: wave([7, 5]), b: wave([5, 8]), bias: wave([8], 2) })],
    [
      'a bias that is one number',
      () => tf.fused.matMul({ a: wave([7, 5]), b: wave([5, 8]), bias: tf.scalar(0.5), activation: 'relu' }),
    ],
    [
      'a leaky activation',
      () => tf.fused.matMul({ a: wave([7, 5]), b: wave([5, 8]), activation: 'leakyrelu', leakyreluAlpha: 0.3 }),
    ],
    [
      'a learned activation',
      () =>
        tf.fused.matMul({
          ...{ a: wave([7, 5]), b: wave([5, 8]), bias: wave([8], 2) },
          ...{ activation: 'prelu', preluActivationWeights: wave([8], 3) },
        }),
    ],
  ])('multiplies as the plain backend does: %s', async (_, compute) => {
    await expectSame(() => tf.tidy(compute));
  });

  it('hands out copies, which later tensors do not overwrite', async () => {
    const left = tf.ones([40, 40]);
    const product = tf.matMul(left, left);
    const read = await product.data();
    const part = tf.slice(product, [3, 0], [1, 40]);
    product.dispose();
    const other = tf.matMul(tf.mul(left, 2), left);
    expect(read.every((value) => value === 40)).toBe(true);
    expect((await part.data()).every((value) => value === 40)).toBe(true);
    tf.dispose([left, part, other]);
  });

  it('shares bytes only between tensors that are the same', async () => {
    const a = tf.matMul(tf.ones([8, 8]), tf.ones([8, 8]));
    const view = a.reshape([64]);
    a.dispose();
    const b = tf.matMul(tf.zeros([8, 8]), tf.ones([8, 8]));
    expect((await view.data()).every((value) => value === 8)).toBe(true);
    tf.dispose([view, b]);
  });

  it('moves tensors to other backends and back', async () => {
    const a = tf.matMul(tf.ones([4, 4]), tf.ones([4, 4]));
    await tf.setBackend('cpu');
    const doubled = tf.mul(a, 2);
    await tf.setBackend('simd');
    const product = tf.matMul(doubled as tf.Tensor2D, a as tf.Tensor2D);
    expect((await product.data()).every((value) => value === 128)).toBe(true);
    tf.dispose([a, doubled, product]);
  });

  it('takes no more memory after the first of 1,000 training steps', async () => {
    const weight = tf.variable(wave([64, 48]) as tf.Tensor2D);
    const x = wave([33, 64]) as tf.Tensor2D;
    const optimizer = tf.train.sgd(1e-3);
    const step = (): void => {
      optimizer.minimize(() => tf.mean(tf.square(tf.matMul(x, weight))) as tf.Scalar);
    };
    const use = (): unknown => ({ tensors: tf.memory().numTensors, memory: tf.memory() as unknown });
    for (let i = 0; i < 3; i++) step();
    const before = use();
    for (let i = 0; i < 1000; i++) step();
    expect(use()).toEqual(before);
    tf.dispose([weight, x]);
    optimizer.dispose();
  });

  it('refuses a tensor that does not fit, before anything is computed', async () => {
    const before = tf.memory().numTensors;
    const long = tf.ones([40_000, 1]) as tf.Tensor2D;
    expect(() => tf.matMul(long, long, false, true)).toThrow(BackendError);
    expect(() => tf.matMul(long, long, false, true)).toThrow(/a tensor of 6\d+\.0 MiB.* fit now/);
    long.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a product with a vector, as the plain backend does', () => {
    const [matrix, vector] = [wave([2, 2]), wave([2])];
    expect(() => tf.matMul(matrix as tf.Tensor2D, vector as tf.Tensor2D)).toThrow(/inner shapes/);
    tf.dispose([matrix, vector]);
  });

  it('counts each tensor once, also where it moves into the memory of the engine', () => {
    const before = tf.backend().numDataIds();
    const x = tf.tensor1d([1, 2, 3]);
    const y = tf.square(x);
    expect(tf.backend().numDataIds()).toBe(before + 2);
    tf.dispose([x, y]);
    expect(tf.backend().numDataIds()).toBe(before);
  });

  it('reads integers that TensorFlow.js keeps as floats', async () => {
    const matrix = tf.math.confusionMatrix(tf.tensor1d([0, 1, 1], 'int32'), tf.tensor1d([0, 1, 0], 'int32'), 2);
    const twice = tf.concat([matrix, matrix]);
    expect([...(await twice.data())]).toEqual([1, 0, 1, 1, 1, 0, 1, 1]);
    tf.dispose([matrix, twice]);
  });

  it('casts integers to numbers of their own, whichever was computed with first', async () => {
    const joined = tf.concat([tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32')]);
    const doubled = tf.mul(tf.cast(joined, 'float32'), 2);
    expect([...(await doubled.data())]).toEqual([2, 4, 6, 8]);
    const ids = tf.tensor1d([5, 6], 'int32');
    const half = tf.mul(tf.cast(ids, 'float32'), 0.5);
    const twice = tf.concat([ids, ids]);
    expect([...(await half.data())]).toEqual([2.5, 3]);
    expect([...(await twice.data())]).toEqual([5, 6, 5, 6]);
    tf.dispose([joined, doubled, ids, half, twice]);
  });

  it('begins anew after a reset of TensorFlow.js, with the memory of the lost tensors', async () => {
    tf.matMul(tf.ones([300, 300]), tf.ones([300, 300]));
    tf.engine().reset();
    await tf.setBackend('simd');
    const { numTensors, engine: memory } = tf.memory() as tf.MemoryInfo & {
      engine: { used: number; reserved: number };
    };
    expect(numTensors).toBe(0);
    expect(memory.used).toBe(memory.reserved);
    const product = tf.matMul(tf.ones([3, 4]), tf.ones([4, 3]));
    expect((await product.data()).every((value) => value === 4)).toBe(true);
    product.dispose();
  });

  it('starts once', async () => {
    expect(await loadSimdBackend({ threads: 1 })).toBe(engine);
  });
});

describe('processes with the engine', () => {
  it('end by themselves, two at once, with the same results for any threads and width', async () => {
    const [two, one, narrow] = await Promise.all([
      runProcess(),
      runProcess({ GPTLOOM_THREADS: '1' }),
      runProcess({ GPTLOOM_WIDE_SIMD: '0' }),
    ]);
    expect(two.description).toMatch(/^CPU, 2 threads/);
    expect(one.description).toMatch(/^CPU, 1 thread,/);
    expect(narrow.description).toBe('CPU, 2 threads, 128-bit (no 256-bit operations: switched off)');
    expect(new Set([two.checksum, one.checksum, narrow.checksum]).size).toBe(1);
  });
});

describe('options', () => {
  it('that make no sense are refused', async () => {
    for (const threads of [0, 1.5, 17]) await expect(loadSimdBackend({ threads })).rejects.toThrow(ConfigError);
    await expect(loadSimdBackend({ width: 4 } as object)).rejects.toThrow(ConfigError);
    vi.stubEnv('GPTLOOM_THREADS', 'many');
    await expect(loadSimdBackend()).rejects.toThrow(BackendError);
    vi.unstubAllEnvs();
  });
});

describe('a disposed engine', () => {
  it('leaves the next one alone when it is disposed again', async () => {
    const first = await loadSimdBackend({ threads: 1 });
    first.dispose();
    const second = await loadSimdBackend({ threads: 1 });
    first.dispose();
    expect(await loadSimdBackend({ threads: 1 })).toBe(second);
    second.dispose();
    expect(tf.engine().registry['simd']).toBeUndefined();
  });
});
