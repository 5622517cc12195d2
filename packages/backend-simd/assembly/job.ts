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

/** Takes `chunk` items of `job` and gives the first of them, or -1 where none is left or another job runs. */
export function takeItems(state: usize, job: u32, itemCount: u32, chunk: u32): i32 {
  while (true) {
    const before = atomic.load<u64>(state);
    const item = <u32>before;
    if (<u32>(before >> 32) != job || item >= itemCount) return -1;
    const after = (before & 0xffff_ffff_0000_0000) | <u64>min(itemCount, item + chunk);
    if (atomic.cmpxchg<u64>(state, before, after) == before) return <i32>item;
  }
}
