import type * as tf from '@tensorflow/tfjs';
import type { Engine } from '../engine.ts';
import { zeros } from '../memory-map.ts';
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
  else if (timesWiderIsFaster(engine) < 1.2) {
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

/**
 * Time of a product with the narrow tile over that with the wide one, about 2 where operations are 256 bits wide and below 1 where they
 * are not. It fits into the caches and runs on this thread; the best of samples in turns, since other programs may run beside this.
 */
function timesWiderIsFaster(engine: Engine): number {
  const [m, n, k] = [48, 64, 256];
  const bytes = 4 * (m * k + k * n + m * n);
  const a = engine.pool.allocate(bytes);
  const [b, c] = [a + 4 * m * k, a + 4 * (m + n) * k];
  engine.float32(a, bytes / 4).fill(0);
  const best = { 8: Infinity, 16: Infinity };
  for (let sample = 0; sample < 16; sample++) {
    for (const width of [8, 16] as const) {
      const started = performance.now();
      engine.run('matmul', [width, 0, 0, m, n, k, a, k, 0, b, n, 0, c, n, 0, zeros, 0, 0, 0, m, n], 1, 1);
      best[width] = Math.min(best[width], performance.now() - started);
    }
  }
  engine.pool.release(a, bytes);
  return best[8] / best[16];
}
