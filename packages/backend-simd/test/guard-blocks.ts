import * as tf from '@tensorflow/tfjs';
import { loadSimdBackend } from '@gptloom/backend-simd';

/** The parts of the engine that guards need. */
interface GuardedEngine {
  readonly pool: { allocate(bytes: number): number; release(pointer: number, bytes: number): void };
  uint8(pointer: number, length: number): Uint8Array;
}

const guardBytes = 64;

/** Lays bytes around every block, NaN when read as numbers, and counts those that were changed. */
export function guardBlocks(engine: GuardedEngine): { readonly changed: () => number } {
  const { pool } = engine;
  const allocate = pool.allocate.bind(pool);
  const release = pool.release.bind(pool);
  const live = new Map<number, number>();
  let changed = 0;
  const guards = (pointer: number, bytes: number): Uint8Array[] => [
    engine.uint8(pointer - guardBytes, guardBytes),
    engine.uint8(pointer + bytes, guardBytes),
  ];
  const check = (pointer: number, bytes: number): void => {
    for (const guard of guards(pointer, bytes)) changed += guard.filter((byte) => byte !== 255).length;
  };
  pool.allocate = (bytes) => {
    const pointer = allocate(bytes + 2 * guardBytes) + guardBytes;
    engine.uint8(pointer - guardBytes, bytes + 2 * guardBytes).fill(255);
    live.set(pointer, bytes);
    return pointer;
  };
  pool.release = (pointer, bytes) => {
    check(pointer, bytes);
    live.delete(pointer);
    release(pointer - guardBytes, bytes + 2 * guardBytes);
  };
  return {
    changed: () => {
      for (const [pointer, bytes] of live) check(pointer, bytes);
      return changed;
    },
  };
}

/** `guardBlocks` of the engine behind the current backend, which must be `simd`. */
export function guardBackend(): ReturnType<typeof guardBlocks> {
  return guardBlocks((tf.backend() as unknown as { engine: GuardedEngine }).engine);
}

/** Starts `simd` with two threads, makes it the current backend and guards its blocks. */
export async function startGuardedSimd(): Promise<ReturnType<typeof guardBlocks>> {
  await loadSimdBackend({ threads: 2 });
  await tf.setBackend('simd');
  return guardBackend();
}
