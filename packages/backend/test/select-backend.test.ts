import * as tf from '@tensorflow/tfjs';
import { BackendError, ConfigError } from '@gptloom/core';
import { selectBackend, type Backend, type BackendName, type BackendRequest } from '@gptloom/backend';
import { afterEach, describe, expect, it } from 'vitest';
import { hasPackage } from '../src/node-package.ts';
import { prepareTestBackends } from './available-backends.ts';

const backends = prepareTestBackends();
const missingWebGpu = backends.find(({ name }) => name === 'webgpu')?.missing;

const summaries: Partial<Record<BackendName, RegExp>> = {
  'tfjs-cpu': /^tfjs-cpu: CPU, 1 thread, plain JavaScript$/,
  simd: /^simd: CPU, \d+ threads?, (?:128|256)-bit/,
  wasm: /^wasm: CPU, 1 thread, 128-bit$/,
  webgpu: /^webgpu: GPU(?: emulated in software)?, \S.+$/,
  node: /^node: CPU, \d+ threads?, native TensorFlow \d+\.\d+\.\d+$/,
};

afterEach(() => {
  delete process.env['GPTLOOM_BACKEND'];
});

async function failure(want: unknown, options?: object): Promise<unknown> {
  return selectBackend(want as BackendRequest, options).then(
    (backend) => expect.unreachable(`chose ${backend.summary}`),
    (error: unknown) => error,
  );
}

for (const { name, missing } of backends) {
  describe.skipIf(missing !== undefined)(missing === undefined ? name : `${name} (needs ${missing})`, () => {
    it('starts, computes, and leaves no tensor behind', async () => {
      const before = tf.memory().numTensors;
      const backend = await selectBackend(name);
      expect(tf.memory().numTensors).toBe(before);
      expect(backend.name).toBe(name);
      expect(backend.summary).toMatch(summaries[name] ?? /never/);
      expect(backend.rejected).toEqual([]);
      const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
      const product = tf.matMul(x, x);
      expect(Array.from(await product.data())).toEqual([7, 10, 15, 22]);
      tf.dispose([x, product]);
    });

    it('is the same when selected again', async () => {
      const first = await selectBackend(name);
      await selectBackend('tfjs-cpu');
      const second = await selectBackend(name);
      expect(second.summary).toBe(first.summary);
      expect(tf.getBackend()).toBe(name === 'tfjs-cpu' ? 'cpu' : name === 'node' ? 'tensorflow' : name);
    });
  });
}

describe('classes and auto', () => {
  it('cpu takes the best of its class, the engine', async () => {
    const backend = await selectBackend('cpu');
    expect(backend).toMatchObject({ name: 'simd', device: 'cpu', deterministic: true, rejected: [] });
  });

  it('auto names the better ones that it could not take', async () => {
    const backend = await selectBackend('auto');
    if (backend.device === 'gpu') return;
    expect(backend.name).toBe('simd');
    expect(backend.rejected.map(({ name }) => name)).toEqual(['webgpu', 'node-gpu', 'webgl']);
    expect(backend.summary).toContain('. Not chosen: webgpu (');
  });

  it('gives the engine back, and starts another', async () => {
    const first = await selectBackend('simd');
    first.dispose?.();
    first.dispose?.();
    expect(tf.getBackend()).not.toBe('simd');
    const second = await selectBackend('simd');
    const product = tf.matMul(tf.ones([9, 9]), tf.ones([9, 9]));
    expect((await product.data())[80]).toBe(9);
    product.dispose();
    second.dispose?.();
    await selectBackend('wasm');
  });

  it('auto follows the environment variable GPTLOOM_BACKEND, a name does not', async () => {
    process.env['GPTLOOM_BACKEND'] = 'tfjs-cpu';
    expect((await selectBackend('auto')).name).toBe('tfjs-cpu');
    expect((await selectBackend()).name).toBe('tfjs-cpu');
    expect((await selectBackend('wasm')).name).toBe('wasm');
    process.env['GPTLOOM_BACKEND'] = 'cuda';
    const error = await failure('auto');
    expect(BackendError.isInstance(error)).toBe(true);
    expect(String(error)).toMatch(/GPTLOOM_BACKEND must be one of auto, gpu, .*received "cuda"/);
  });

  it('answers calls at the same time one after the other', async () => {
    const chosen = await Promise.all([selectBackend('wasm'), selectBackend('tfjs-cpu'), selectBackend('wasm')]);
    expect(chosen.map(({ name }) => name)).toEqual(['wasm', 'tfjs-cpu', 'wasm']);
    expect(tf.getBackend()).toBe('wasm');
  });
});

describe('refusals', () => {
  it('says how to install a missing backend, and keeps the one it had', async () => {
    if (hasPackage('@tensorflow/tfjs-node-gpu')) return;
    await selectBackend('wasm');
    const error = await failure('node-gpu');
    expect(BackendError.isInstance(error)).toBe(true);
    expect(String(error)).toBe(
      "BackendError: selectBackend: the backend 'node-gpu' can not be used here: not installed; try: npm install @tensorflow/tfjs-node-gpu",
    );
    expect(tf.getBackend()).toBe('wasm');
  });

  it('refuses webgl in Node', async () => {
    expect(String(await failure('webgl'))).toContain('for browsers only');
  });

  it('refuses words and options that do not exist', async () => {
    expect(ConfigError.isInstance(await failure('cuda'))).toBe(true);
    expect(ConfigError.isInstance(await failure('auto', { allowSofware: true }))).toBe(true);
    expect(ConfigError.isInstance(await failure('auto', { allowSoftware: 'yes' }))).toBe(true);
  });
});

describe.skipIf(missingWebGpu !== undefined)(
  `webgpu devices${missingWebGpu ? ` (needs ${missingWebGpu})` : ''}`,
  () => {
    let backend: Backend | undefined;

    it('gpu and auto refuse a software adapter unless it is allowed', async () => {
      backend = await selectBackend('webgpu');
      expect(backend.device).toBe('gpu');
      if (!backend.software) {
        expect((await selectBackend('gpu')).name).toBe('webgpu');
        return;
      }
      expect(String(await failure('gpu'))).toMatch(
        /no GPU backend works here.*webgpu \(only a software adapter, .*Swift/,
      );
      expect((await selectBackend('auto')).device).toBe('cpu');
      expect(String(await failure('webgpu', { allowSoftware: false }))).toContain('only a software adapter');
      expect((await selectBackend('gpu', { allowSoftware: true })).summary).toBe(backend.summary);
    });

    it('gives the device back, and starts another', async () => {
      const first = await selectBackend('webgpu');
      first.dispose?.();
      first.dispose?.();
      expect(tf.getBackend()).not.toBe('webgpu');
      const second = await selectBackend('webgpu');
      const sum = tf.sum(tf.ones([10, 10]));
      expect((await sum.data())[0]).toBe(100);
      second.dispose?.();
      await selectBackend('wasm');
    });

    it('leaves navigator as it was', () => {
      const found = (globalThis as { navigator?: { gpu?: unknown } }).navigator;
      expect(found?.gpu).toBeUndefined();
    });
  },
);
