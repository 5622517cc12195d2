/*
 * Who takes which items of the running job. One 64-bit word holds the job's number and the next item nobody has taken, so a thread
 * that comes late, when the job is done and the next one is being written, takes nothing.
 */

/** Stands for an item while the job is being written. */
const closed: u64 = 0xffff_ffff;

/** Lets threads take items of `job`, from item 0. */
export function openJob(state: usize, job: u32): void {
  atomic.store<u64>(state, <u64>job << 32);
}

/** Lets no thread take anything until the next job opens. */
export function closeJob(state: usize, job: u32): void {
  atomic.store<u64>(state, (<u64>job << 32) | closed);
}

/** The item past those that this thread has taken last. Each thread has an instance, and thus a global, of its own. */
let past: u32 = 0;

/**
 * Takes items of `job` and gives the first of them, or -1 where none is left or another job runs; `itemsEnd` gives the one past the last.
 * It takes half of a thread's share of what is left, but whole chunks: many at first, since each taking costs time, and few at
 * last, so that all threads end together.
 */
export function takeItems(state: usize, job: u32, itemCount: u32, chunk: u32, threads: u32): i32 {
  while (true) {
    const before = atomic.load<u64>(state);
    const item = <u32>before;
    if (<u32>(before >> 32) != job || item >= itemCount) return -1;
    const left = <u64>(itemCount - item);
    const count = <u64>chunk * max<u64>(1, left / (2 * <u64>threads * chunk));
    past = item + <u32>min<u64>(left, count);
    const after = (before & 0xffff_ffff_0000_0000) | <u64>past;
    if (atomic.cmpxchg<u64>(state, before, after) == before) return <i32>item;
  }
}

/** The item past those that `takeItems` gave. */
export function itemsEnd(): i32 {
  return <i32>past;
}
