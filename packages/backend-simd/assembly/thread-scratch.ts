/*
 * Working space of the thread that runs. Each thread has an instance, and thus globals, of its own; everything else in
 * memory is shared, static arrays included.
 */
let start: usize = 0;

/** Called once in each thread, before any kernel. */
export function setThreadScratch(pointer: usize): void {
  start = pointer;
}

/** The first of the thread's bytes: 64-byte aligned, `threadScratchBytes` of them, contents unspecified. */
@inline
export function threadScratch(): usize {
  return start;
}
