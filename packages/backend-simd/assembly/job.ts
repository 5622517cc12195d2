/*
 * Who takes which items of a job. Each thread has a range of them, the same share of every job: neighbouring items of jobs that follow
 * each other are about the same rows, so a thread finds in its caches what it wrote before. A thread that has done its range helps
 * the others with theirs.
 *
 * The state of a range is one 64-bit word that holds the job's number and the next item nobody has taken, so a thread that comes late,
 * when the job is done and the next one is being written, takes nothing.
 */

/** Stands for an item while the job is being written. */
const closed: u64 = 0xffff_ffff;

/** Bytes from the state of one range to the next: a cache line. */
const stateBytes: usize = 64;

/** The first item of a range, a whole number of chunks, or the item past the one before. */
@inline
function rangeStart(range: u32, itemCount: u32, chunk: u32, threads: u32): u32 {
  const chunks = <u64>((<u64>itemCount + chunk - 1) / chunk);
  return <u32>min<u64>(itemCount, ((chunks * range) / threads) * chunk);
}

/** Lets threads take items of `job`. */
export function openJob(state: usize, job: u32, itemCount: u32, chunk: u32, threads: u32): void {
  for (let range: u32 = 0; range < threads; range++) {
    atomic.store<u64>(state, (<u64>job << 32) | <u64>rangeStart(range, itemCount, chunk, threads));
    state += stateBytes;
  }
}

/** Lets no thread take anything until the next job opens. */
export function closeJob(state: usize, job: u32, threads: u32): void {
  for (let range: u32 = 0; range < threads; range++) {
    atomic.store<u64>(state, (<u64>job << 32) | closed);
    state += stateBytes;
  }
}

/** The item past those that this thread has taken last. Each thread has an instance, and thus a global, of its own. */
let past: u32 = 0;

/**
 * Takes items of `job` and gives the first of them, or -1 where none is left or another job runs; `itemsEnd` gives the one past the last.
 * It takes half of what is left of the thread's own range, or of the next that has any left, but whole chunks: many at first, since
 * each taking costs time, and few at last, so that all threads end together.
 */
export function takeItems(state: usize, job: u32, itemCount: u32, chunk: u32, thread: u32, threads: u32): i32 {
  for (let turn: u32 = 0; turn < threads; turn++) {
    const range = (thread + turn) % threads;
    const word = state + <usize>range * stateBytes;
    const end = rangeStart(range + 1, itemCount, chunk, threads);
    while (true) {
      const before = atomic.load<u64>(word);
      const item = <u32>before;
      if (<u32>(before >> 32) != job) return -1;
      if (item >= end) break;
      const count = <u64>chunk * max<u64>(1, (end - item) / (2 * <u64>chunk));
      past = <u32>min<u64>(end, item + count);
      const after = (before & 0xffff_ffff_0000_0000) | <u64>past;
      if (atomic.cmpxchg<u64>(word, before, after) == before) return <i32>item;
    }
  }
  return -1;
}

/** The item past those that `takeItems` gave. */
export function itemsEnd(): i32 {
  return <i32>past;
}
