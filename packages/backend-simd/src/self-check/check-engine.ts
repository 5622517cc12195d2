import type * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine.ts';
import { multiply } from '../matrix-product.ts';
import { engineKernels } from '../register-kernels.ts';
import { createSimdBackend, type SimdBackend } from '../simd-backend.ts';
import { kernelCases } from './kernel-cases.ts';
import type { CaseInput, KernelCase } from './kernel-case.ts';

/**
 * Compares every kernel with a plain form, for both tiles of products. Returns what is wrong, in words, or undefined.
 */
export function findWrongKernel(engine: Engine): string | undefined {
  const backend = createSimdBackend(engine);
  const { tileWidth } = engine;
  try {
    for (const one of kernelCases()) {
      const wrong = checkCase(backend, one);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  } finally {
    engine.tileWidth = tileWidth;
    backend.dispose();
  }
}

/**
 * Chooses the tile of products: 256-bit operations are an experiment of V8's that it may leave out without a word, and then the
 * wide tile is several times slower.
 */
export function chooseTile(engine: Engine): void {
  if (!engine.wide) engine.tileWidth = 8;
  else if (timeOfTile(engine, 16) > 0.9 * timeOfTile(engine, 8)) {
    engine.tileWidth = 8;
    engine.lacks('no 256-bit operations: the processor or V8 does not make them');
  } else engine.tileWidth = 16;
}

/** Of numbers around 1: some hundred roundings, and approximated exponentials. */
const tolerance = 2e-5;

function place(backend: SimdBackend, { shape, values }: CaseInput): tf.TensorInfo {
  const dtype = values instanceof Float32Array ? 'float32' : values instanceof Int32Array ? 'int32' : 'bool';
  const info = backend.makeTensorInfo([...shape], dtype, values);
  backend.pointer(info);
  return info;
}

function checkCase(backend: SimdBackend, { kernel, inputs, attributes = {}, plain }: KernelCase): string | undefined {
  const expected = plain(Object.fromEntries(Object.entries(inputs).map(([name, { values }]) => [name, values])));
  for (const tileWidth of [8, 16] as const) {
    backend.engine.tileWidth = tileWidth;
    const tensors = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, place(backend, input)]));
    const outputs = [engineKernels[kernel]!({ inputs: tensors, backend, attributes })].flat();
    const computed = Array.isArray(expected) ? outputs : Object.keys(expected).map((name) => tensors[name]!);
    const values = computed.map(({ dataId }) => backend.readSync(dataId) as Float32Array);
    for (const { dataId } of [...Object.values(tensors), ...outputs]) backend.disposeData(dataId);
    for (const [index, numbers] of Object.values(expected).entries()) {
      const at = numbers.findIndex((x, i) => !(Math.abs(values[index]![i]! - x) <= tolerance * (1 + Math.abs(x))));
      if (at < 0) continue;
      const shapes = Object.values(inputs).map(({ shape }) => `[${shape.join(', ')}]`);
      return `'${kernel}' gives ${values[index]![at]} instead of ${numbers[at]} for ${shapes.join(' and ')}`;
    }
  }
  return undefined;
}

/** Milliseconds of a product that fits into the caches and runs on this thread. */
function timeOfTile(engine: Engine, tileWidth: 8 | 16): number {
  engine.tileWidth = tileWidth;
  const [m, n, k] = [24, 32, 128];
  const pointer = engine.pool.allocate(4 * 16_384);
  engine.float32(pointer, 16_384).fill(0);
  let best = Infinity;
  for (let sample = 0; sample < 12; sample++) {
    const started = performance.now();
    for (let i = 0; i < 4; i++) {
      multiply(engine, { m, n, k, a: pointer, b: pointer + 4 * m * k, c: pointer + 4 * (m + n) * k });
    }
    best = Math.min(best, performance.now() - started);
  }
  engine.pool.release(pointer, 4 * 16_384);
  return best;
}
