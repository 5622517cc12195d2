import * as tf from '@tensorflow/tfjs';
import { loadSimdBackend, type LoadedSimdBackend } from '@gptloom/backend-simd';
import { afterAll, beforeAll } from 'vitest';

/** Runs the tests of a suite on `simd` with two threads; gives what was loaded, once they run. */
export function onSimd(): () => LoadedSimdBackend {
  let engine: LoadedSimdBackend;
  beforeAll(async () => {
    engine = await loadSimdBackend({ threads: 2 });
    await tf.setBackend('simd');
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
    engine.dispose();
  });
  return () => engine;
}

/** Bytes that the engine's tensors take. */
export function usedBytes(): number {
  return (tf.memory() as unknown as { readonly engine: { readonly used: number } }).engine.used;
}
