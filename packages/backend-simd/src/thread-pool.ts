import { BackendError } from '@gptloom/core';
import { argumentStart, controlStart, controlWord as word, jobState, maxArguments } from './memory-map.ts';
import { startWorker, type PoolWorker } from './start-worker.ts';

type Kernel = (...parameters: number[]) => number;

/** What a pool is made of. */
export interface ThreadPoolParts {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** First byte of each thread's working space; the first is the main thread's. As many threads as entries. */
  readonly scratch: readonly number[];
  /** Milliseconds without progress after which a job is given up. Default 30,000. */
  readonly timeout?: number | undefined;
}

const spinMilliseconds = 0.2;

const pause = (Atomics as { pause?: () => void }).pause ?? ((): void => undefined);

/** Exports that are not kernels. */
const machinery: readonly string[] = ['setThreadScratch', 'openJob', 'closeJob', 'takeItems'];

/**
 * The threads that share the kernels' work. The main thread is one of them: it puts a job into the shared control words, takes
 * part, and returns when all are done. Workers spin for a moment between jobs, then sleep; they never keep the process alive. The
 * main thread sleeps too while workers finish, but for that of a page, which may only spin.
 */
export class ThreadPool {
  /** Threads, the main one included. */
  readonly threads: number;
  /** Why there are fewer threads than were asked for: what the first worker that did not start said. */
  readonly failure: string | undefined;
  private readonly workers: readonly PoolWorker[];
  private readonly kernels: Readonly<Record<string, Kernel>>;
  private readonly indexes: ReadonlyMap<string, number>;
  private readonly names: readonly string[];
  private readonly words: Int32Array;
  private readonly values: Float64Array;
  private readonly timeout: number;
  private readonly maySleep: boolean;
  private broken: BackendError | undefined;

  private constructor(
    { memory, timeout = 30_000 }: ThreadPoolParts,
    kernels: Readonly<Record<string, Kernel>>,
    names: readonly string[],
    workers: readonly PoolWorker[],
    failure: string | undefined,
  ) {
    this.threads = workers.length + 1;
    this.failure = failure;
    this.workers = workers;
    this.names = names;
    this.indexes = new Map(names.map((name, index) => [name, index]));
    this.kernels = kernels;
    this.words = new Int32Array(memory.buffer, controlStart, 128);
    this.values = new Float64Array(memory.buffer, argumentStart, maxArguments);
    this.timeout = timeout;
    this.maySleep = maySleep(this.words);
    for (const { failed } of workers) void failed.then((cause) => this.break('a worker failed', cause));
  }

  /** Starts the workers and waits until each is ready or has failed; it makes do with those that are. */
  static async start(parts: ThreadPoolParts): Promise<ThreadPool> {
    const { module, memory, scratch } = parts;
    const names = WebAssembly.Module.exports(module)
      .filter(({ kind, name }) => kind === 'function' && !machinery.includes(name))
      .map(({ name }) => name);
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    const kernels = exports as Record<string, Kernel>;
    kernels['setThreadScratch']!(scratch[0]!);
    const workers: PoolWorker[] = [];
    let failure: string | undefined;
    const starting = scratch.slice(1).map((start) =>
      startWorker({
        ...{
          module,
          memory,
          kernels: names,
          scratch: start,
          word,
          controlStart,
          jobState,
          argumentStart,
          maxArguments,
        },
        spin: spinMilliseconds,
      }),
    );
    for (const outcome of await Promise.allSettled(starting)) {
      if (outcome.status === 'fulfilled') workers.push(outcome.value);
      else failure ??= outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason);
    }
    return new ThreadPool(parts, kernels, names, workers, failure);
  }

  /** Whether there is a kernel of this name. */
  has(name: string): boolean {
    return this.indexes.has(name);
  }

  /**
   * Runs `kernel(...values, from, to)` over all items, `chunk` of them at a time, on all threads. What fits into one chunk
   * runs on this thread alone.
   *
   * @throws BackendError when the kernel traps, or a worker makes no progress or is gone
   */
  run(name: string, values: readonly number[], itemCount: number, chunk: number): void {
    if (this.broken !== undefined) throw this.broken;
    const kernel = this.kernels[name];
    const index = this.indexes.get(name);
    if (kernel === undefined || index === undefined) throw new Error(`the engine has no kernel '${name}'`);
    if (values.length > maxArguments) throw new Error(`'${name}' has more than ${maxArguments} arguments`);
    if (itemCount <= 0) return;
    // NaN would leave the threads waiting for items that never come.
    if (!(itemCount > 0 && chunk > 0)) throw new Error(`'${name}' was given ${itemCount} items in chunks of ${chunk}`);
    if (this.threads === 1 || itemCount <= chunk) {
      try {
        kernel(...values, 0, itemCount);
      } catch (cause) {
        throw trapError(name, cause);
      }
      return;
    }
    const { words } = this;
    const { openJob, closeJob, takeItems } = this.kernels as Record<'openJob' | 'closeJob' | 'takeItems', Kernel>;
    // The number 0 is that of no job: workers begin with it.
    const job = (words[word.job]! + 1) | 0 || 1;
    closeJob(jobState, job);
    this.values.set(values);
    words[word.kernel] = index;
    words[word.argumentCount] = values.length;
    words[word.itemCount] = itemCount;
    words[word.chunk] = chunk;
    words[word.trapped] = 0;
    Atomics.store(words, word.finished, 0);
    openJob(jobState, job);
    Atomics.store(words, word.job, job);
    if (Atomics.load(words, word.sleepers) > 0) Atomics.notify(words, word.job);
    let cause: unknown;
    for (;;) {
      const from = takeItems(jobState, job, itemCount, chunk);
      if (from < 0) break;
      const to = Math.min(from + chunk, itemCount);
      try {
        kernel(...values, from, to);
      } catch (error) {
        cause = error;
        Atomics.store(words, word.trapped, index + 1);
      }
      Atomics.add(words, word.finished, to - from);
    }
    this.waitForWorkers(name, itemCount);
    if (Atomics.load(words, word.trapped) !== 0) throw trapError(name, cause);
  }

  /** Ends the workers. */
  dispose(): void {
    this.broken ??= new BackendError({ who: 'simd', rule: 'a disposed engine can not be used' });
    Atomics.store(this.words, word.kernel, -1);
    Atomics.add(this.words, word.job, 1);
    Atomics.notify(this.words, word.job);
    for (const worker of this.workers) void worker.terminate();
  }

  /** Waits until every item is done: for workers that took one, not for those that came too late. */
  private waitForWorkers(name: string, itemCount: number): void {
    const { words } = this;
    const started = performance.now();
    let before = started;
    let idle = 0;
    let progress = -1;
    for (let turn = 1; ; turn++) {
      const finished = Atomics.load(words, word.finished);
      if (finished === itemCount) return;
      pause();
      if (turn % 64 !== 0) continue;
      const now = performance.now();
      // A computer that slept, or a debugger that held this thread, held the workers too.
      idle = finished === progress ? idle + Math.min(now - before, 100) : 0;
      progress = finished;
      before = now;
      if (idle > this.timeout) {
        this.break(`a worker made no progress for ${Math.round(this.timeout / 1000)} s in '${name}'`);
        throw this.broken!;
      }
      if (!this.maySleep || now - started < spinMilliseconds) continue;
      Atomics.store(words, word.mainSleeps, 1);
      Atomics.wait(words, word.finished, finished, 50);
      Atomics.store(words, word.mainSleeps, 0);
    }
  }

  private break(rule: string, cause?: unknown): void {
    this.broken ??= new BackendError({
      who: 'simd',
      rule,
      cause,
      suggestion: 'start again, without workers if need be: GPTLOOM_THREADS=1, or loadSimdBackend({ threads: 1 })',
    });
  }

  /** Names of the kernels. */
  get kernelNames(): readonly string[] {
    return this.names;
  }
}

function trapError(name: string, cause: unknown): BackendError {
  return new BackendError({ who: 'simd', rule: `the kernel '${name}' trapped`, cause });
}

/** Whether this thread may sleep. The main thread of a page may not. */
function maySleep(words: Int32Array): boolean {
  try {
    // Not what the word holds, so that it returns at once.
    Atomics.wait(words, word.job, words[word.job]! + 1, 0);
    return true;
  } catch {
    return false;
  }
}
