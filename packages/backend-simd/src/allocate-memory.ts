import { BackendError } from '@gptloom/core';
import { maxPages, pageBytes } from './memory-map.ts';

/** The memory of the engine. */
export interface EngineMemory {
  readonly memory: WebAssembly.Memory;
  /** Bytes to which it can grow. */
  readonly limit: number;
}

/** Pages at the start. */
const initial = 512;

/**
 * Makes the one memory: up to 4 GiB, or less where the system has no room for so many addresses, such as phones. It is shared even where
 * there are no threads: browsers allow that in every page, and views of it outlive its growth.
 *
 * @throws BackendError where there is no room even for 64 MiB
 */
export function allocateMemory(): EngineMemory {
  let cause: unknown;
  for (let maximum = maxPages; maximum >= 2 * initial; maximum /= 2) {
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum, shared: true }), limit: maximum * pageBytes };
    } catch (error) {
      cause = error;
    }
  }
  throw new BackendError({ who: 'simd', rule: 'WebAssembly must have room for a shared memory of 64 MiB', cause });
}
