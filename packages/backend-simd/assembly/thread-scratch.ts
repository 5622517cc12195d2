/*
 * Working space of the thread that runs. Each thread has an instance, and thus globals, of its own; everything else in
 * memory is shared, static arrays included.
 */
let start: usize = 0;

/** Bytes at the beginning for accumulators. */
const accumulatorBytes = 64;

/** Called once in each thread, before any kernel. */
export function setThreadScratch(pointer: usize): void {
  start = pointer + accumulatorBytes;
}

/**
 * Two accumulators, stored side by side: V8 makes 256-bit operations only of what leads to a store of neighbours, so a
 * reduction that is to become one ends here.
 */
@inline
export function storeAccumulators(a: v128, b: v128): usize {
  const pointer = start - accumulatorBytes;
  v128.store(pointer, a);
  v128.store(pointer, b, 16);
  return pointer;
}

/** The first of the thread's bytes: 64-byte aligned, `threadScratchBytes` less 64 of them, contents unspecified. */
@inline
export function threadScratch(): usize {
  return start;
}
