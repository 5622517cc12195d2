/*
 * Where things lie in the one shared memory, in bytes:
 *
 *   0       nothing, so that no pointer is 0
 *   1,024   control words of the threads
 *   4,096   64 zeros
 *   5,120   the queue of jobs
 *   32,768  constants of the compiled kernels (`memoryBase` of tools/compile-assembly.ts)
 *   65,536  working space of the threads, then tensors
 */

/** First byte of the queue's slots. */
export const queueStart = 5120;

/** Jobs that fit into the queue: a power of two. */
export const queueLength = 16;

/** The most arguments that a job can have. */
export const maxArguments = 64;

/** A job in the queue, by byte: what the threads write has a cache line of its own. */
export const slot = {
  /** The words of assembly/job.ts, one for each of at most 16 threads, a cache line apart. */
  state: 0,
  /** Items that are done. */
  finished: 1024,
  /** Index of the job's kernel. */
  kernel: 1088,
  /** How many arguments the job has. */
  argumentCount: 1092,
  /** Work items of the job. */
  itemCount: 1096,
  /** Items that a thread takes at least; it takes multiples. */
  chunk: 1100,
  /** The arguments, float64 each. */
  arguments: 1152,
  /** Bytes of a slot. */
  bytes: 1664,
} as const;

/** Control words by index of int32, each on a cache line of its own. */
export const controlWord = {
  /** Number of the job that was put into the queue last. Numbers follow each other. */
  published: 256,
  /** Number of the last job of which every item is done. */
  completed: 272,
  /** Threads asleep. */
  sleepers: 288,
  /** Index of a kernel that trapped, plus 1. */
  trapped: 304,
  /** 1 tells the workers to end. */
  ended: 320,
  /** Threads that share the jobs. */
  threads: 336,
} as const;

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
