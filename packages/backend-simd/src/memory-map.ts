/*
 * Where things lie in the one shared memory, in bytes:
 *
 *   0       nothing, so that no pointer is 0
 *   1,024   control words of the threads
 *   4,096   64 zeros
 *   16,384  constants of the compiled kernels (`memoryBase` of tools/build-wasm.ts)
 *   65,536  working space of the threads, then tensors
 */

/** First byte of the control words, int32 each. */
export const controlStart = 1024;

/** First byte of the arguments of the running job, float64 each. */
export const argumentStart = 2048;

/** The most arguments that a job can have. */
export const maxArguments = 64;

/** First byte that the memory pool may use. */
export const heapStart = 65_536;

/** Working space of each thread. */
export const threadScratchBytes = 4 * 1024 * 1024;

/** Bytes of one page of WebAssembly memory. */
export const pageBytes = 65_536;

/** Pages that one memory can have: 4 GiB. */
export const maxPages = 65_536;

/** First of 64 bytes that are always zero. */
export const zeros = 4096;

/** The word of assembly/job.ts: 8 bytes, on a cache line of its own. */
export const jobState = controlStart + 64;

/** Control words by index. Those that several threads write have cache lines of their own. */
export const controlWord = {
  /** Number of the job: workers wait for it to change. */
  job: 0,
  /** Index of the job's kernel; -1 tells the workers to end. */
  kernel: 1,
  /** How many arguments the job has. */
  argumentCount: 2,
  /** Work items of the job. */
  itemCount: 3,
  /** Items that a thread takes at once. */
  chunk: 4,
  /** Items that are done. */
  finished: 32,
  /** Whether the main thread sleeps until all are. */
  mainSleeps: 48,
  /** Workers asleep. */
  sleepers: 64,
  /** Index of a kernel that trapped, plus 1. */
  trapped: 80,
} as const;
