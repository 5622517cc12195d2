import { controlWord as word, maxArguments, queueLength, queueStart, slot } from './memory-map.ts';

/** A kernel as WebAssembly exports it. */
export type Kernel = (...parameters: number[]) => number;

/** What is to be done: `kernel(...values, from, to)` over all items, whole chunks of `chunk` of them at a time. */
export interface Job {
  readonly kernel: Kernel;
  readonly index: number;
  readonly values: readonly number[];
  readonly itemCount: number;
  readonly chunk: number;
}

/**
 * The jobs that threads share, in the shared memory. They are done in order: a thread takes items of the first job that is not done,
 * and none of the next before the last item is. So a job may read what the one before it wrote, and memory may be given to another
 * tensor as soon as the last job that uses it is in the queue.
 *
 * This is the main thread's side; src/engine-worker.ts has the workers'.
 */
export class JobQueue {
  private readonly threads: number;
  private readonly words: Int32Array;
  private readonly numbers: Float64Array;
  private readonly kernels: Readonly<Record<'openJob' | 'closeJob' | 'takeItems' | 'itemsEnd', Kernel>>;
  /** The jobs in the slots, as they were put there. */
  private readonly jobs: Job[] = [];
  /** Why a kernel trapped on this thread. */
  private cause: unknown;

  /**
   * @param memory the shared memory
   * @param kernels exports of a module over it
   * @param threads how many share the jobs
   */
  constructor(memory: WebAssembly.Memory, kernels: Readonly<Record<string, Kernel>>, threads: number) {
    this.threads = threads;
    this.words = new Int32Array(memory.buffer, 0, (queueStart + queueLength * slot.bytes) / 4);
    this.numbers = new Float64Array(memory.buffer, 0, this.words.length / 2);
    this.words[word.threads] = threads;
    this.kernels = kernels as Readonly<Record<'openJob' | 'closeJob' | 'takeItems' | 'itemsEnd', Kernel>>;
  }

  /** Jobs of which not every item is done. */
  get pending(): number {
    const { words } = this;
    return (Atomics.load(words, word.published) - Atomics.load(words, word.completed)) | 0;
  }

  /** Index of the kernel of the first job that is not done; there must be one. */
  get currentKernel(): number {
    return this.words[(startOf(Atomics.load(this.words, word.completed) + 1) + slot.kernel) / 4]!;
  }

  /** Items that are done of the first job that is not. */
  get finishedItems(): number {
    return Atomics.load(this.words, (startOf(Atomics.load(this.words, word.completed) + 1) + slot.finished) / 4);
  }

  /** The kernel that trapped since the last call, and why where it did on this thread. */
  takeTrap(): { readonly index: number; readonly cause: unknown } | undefined {
    const { cause } = this;
    const index = Atomics.exchange(this.words, word.trapped, 0) - 1;
    this.cause = undefined;
    return index < 0 ? undefined : { index, cause };
  }

  /** Sleeps until a job is done, or for so many milliseconds. */
  sleep(milliseconds: number): void {
    const { words } = this;
    const completed = Atomics.load(words, word.completed);
    Atomics.add(words, word.sleepers, 1);
    if (this.pending > 0) Atomics.wait(words, word.completed, completed, milliseconds);
    Atomics.sub(words, word.sleepers, 1);
  }

  /** Whether this thread may sleep. The main thread of a page may not. */
  get maySleep(): boolean {
    const { words } = this;
    try {
      // Not what the word holds, so that it returns at once.
      Atomics.wait(words, word.published, words[word.published]! + 1, 0);
      return true;
    } catch {
      return false;
    }
  }

  /** Tells the workers to end. */
  end(): void {
    const { words } = this;
    Atomics.store(words, word.ended, 1);
    Atomics.add(words, word.published, 1);
    Atomics.notify(words, word.published);
    Atomics.notify(words, word.completed);
  }

  /** Adds a job; there must be room for one. */
  publish(job: Job): void {
    const { words, numbers, kernels } = this;
    const { index, values, itemCount, chunk } = job;
    if (values.length > maxArguments) throw new Error(`a kernel has more than ${maxArguments} arguments`);
    const id = (words[word.published]! + 1) | 0;
    const start = startOf(id);
    // A worker that still looks at the job that was here takes nothing.
    kernels.closeJob(start + slot.state, id, this.threads);
    this.jobs[id & (queueLength - 1)] = job;
    numbers.set(values, (start + slot.arguments) / 8);
    words[(start + slot.kernel) / 4] = index;
    words[(start + slot.argumentCount) / 4] = values.length;
    // Whoever sees these sees that the job is closed, on processors too that let other writes pass each other.
    Atomics.store(words, (start + slot.itemCount) / 4, itemCount);
    Atomics.store(words, (start + slot.chunk) / 4, chunk);
    Atomics.store(words, (start + slot.finished) / 4, 0);
    kernels.openJob(start + slot.state, id, itemCount, chunk, this.threads);
    Atomics.store(words, word.published, id);
    if (Atomics.load(words, word.sleepers) > 0) Atomics.notify(words, word.published);
  }

  /** Does some items of the first job that is not done, unless other threads have taken all. Gives whether it did. */
  workOnItems(): boolean {
    const { words, kernels } = this;
    const completed = Atomics.load(words, word.completed);
    if (completed === Atomics.load(words, word.published)) return false;
    const id = (completed + 1) | 0;
    const start = startOf(id);
    const job = this.jobs[id & (queueLength - 1)];
    // A queue that has ended announces a job that is not there.
    if (job === undefined || Atomics.load(words, word.ended) === 1) return false;
    const { kernel, index, values, itemCount, chunk } = job;
    const from = kernels.takeItems(start + slot.state, id, itemCount, chunk, 0, this.threads);
    if (from < 0) return false;
    const to = kernels.itemsEnd();
    try {
      kernel(...values, from, to);
    } catch (cause) {
      this.cause = cause;
      Atomics.store(words, word.trapped, index + 1);
    }
    const finished = Atomics.add(words, (start + slot.finished) / 4, to - from) + to - from;
    if (finished < itemCount) return true;
    Atomics.store(words, word.completed, id);
    if (Atomics.load(words, word.sleepers) > 0) Atomics.notify(words, word.completed);
    return true;
  }
}

/** First byte of the slot of a job. */
function startOf(id: number): number {
  return queueStart + (id & (queueLength - 1)) * slot.bytes;
}
