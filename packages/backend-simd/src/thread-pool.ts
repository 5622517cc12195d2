import { BackendError } from '@gptloom/core';
import { JobQueue, type Kernel } from './job-queue.ts';
import { controlWord as word, queueLength, queueStart, slot } from './memory-map.ts';
import { startWorker, type PoolWorker } from './start-worker.ts';

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

/** Jobs that the workers still have when the main thread goes on with JavaScript instead of taking part. */
const jobsAhead = 8;

const pause = (Atomics as { pause?: () => void }).pause ?? ((): void => undefined);

/** Exports that are not kernels. */
const machinery: readonly string[] = ['setThreadScratch', 'openJob', 'closeJob', 'takeItems', 'itemsEnd'];

/**
 * The threads that share the kernels' work. The main thread puts jobs into a queue and goes on with what JavaScript has to do, while
 * workers do them; when it is far enough ahead, or wants results, it takes part. Workers spin for a moment when there is nothing to
 * do, then sleep; they never keep the process alive. The main thread sleeps too while workers finish, but for that of a page,
 * which may only spin.
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
  private readonly queue: JobQueue;
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
    this.queue = new JobQueue(memory, kernels, this.threads);
    this.timeout = timeout;
    this.maySleep = this.queue.maySleep;
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
    const starting = scratch.slice(1).map((start, index) =>
      startWorker({
        ...{ module, memory, kernels: names, scratch: start, thread: index + 1 },
        ...{ word, slot, queueStart, queueLength, spin: spinMilliseconds },
      }),
    );
    for (const outcome of await Promise.allSettled(starting)) {
      if (outcome.status === 'fulfilled') workers.push(outcome.value);
      else failure ??= outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason);
    }
    return new ThreadPool(parts, kernels, names, workers, failure);
  }

  /**
   * Has `kernel(...values, from, to)` run over all items, whole chunks of `chunk` of them at a time, on all threads, after all that was
   * run before. It may return before that is done; `finish` waits. What fits into one chunk is done at once if nothing is before it.
   *
   * @throws BackendError when a worker makes no progress or is gone, or a kernel has trapped: this or an earlier one
   */
  run(name: string, values: readonly number[], itemCount: number, chunk: number): void {
    if (this.broken !== undefined) throw this.broken;
    const kernel = this.kernels[name];
    const index = this.indexes.get(name);
    if (kernel === undefined || index === undefined) throw new Error(`the engine has no kernel '${name}'`);
    if (itemCount <= 0) return;
    // NaN would leave the threads waiting for items that never come.
    if (!(itemCount > 0 && itemCount < 2 ** 31 && chunk > 0))
      throw new Error(`'${name}' was given ${itemCount} items in chunks of ${chunk}`);
    const { queue } = this;
    if (this.threads === 1 || (itemCount <= chunk && queue.pending === 0)) {
      try {
        kernel(...values, 0, itemCount);
      } catch (cause) {
        throw trapError(name, cause);
      }
      return;
    }
    queue.publish({ kernel, index, values, itemCount, chunk });
    // While other threads finish a job, JavaScript can go on, as long as the queue has room for what it does next.
    for (let { pending } = queue; pending > jobsAhead; { pending } = queue) {
      if (queue.workOnItems()) continue;
      if (pending < queueLength) return;
      this.waitForWorkers(pending);
    }
    this.raiseTrap();
  }

  /**
   * Waits until all jobs are done, and takes part in them.
   *
   * @throws BackendError as `run`
   */
  finish(): void {
    if (this.threads === 1) return;
    const { queue } = this;
    for (let { pending } = queue; pending > 0; { pending } = queue) {
      if (!queue.workOnItems()) this.waitForWorkers(pending);
    }
    this.raiseTrap();
  }

  /** Ends the workers. */
  dispose(): void {
    this.broken ??= new BackendError({ who: 'simd', rule: 'a disposed engine can not be used' });
    this.queue.end();
    for (const worker of this.workers) void worker.terminate();
  }

  /** Waits until fewer than `pending` jobs are left: until workers are done with the items of the first, of which none are left to take. */
  private waitForWorkers(pending: number): void {
    if (this.broken !== undefined) throw this.broken;
    const { queue } = this;
    const started = performance.now();
    let before = started;
    let idle = 0;
    let finished = -1;
    for (let turn = 1; queue.pending === pending; turn++) {
      pause();
      if (turn % 64 !== 0) continue;
      const now = performance.now();
      const { finishedItems } = queue;
      // A computer that slept, or a debugger that held this thread, held the workers too.
      idle = finishedItems === finished ? idle + Math.min(now - before, 100) : 0;
      finished = finishedItems;
      before = now;
      if (idle > this.timeout) {
        const name = this.names[queue.currentKernel]!;
        this.break(`a worker made no progress for ${Math.round(this.timeout / 1000)} s in '${name}'`);
        throw this.broken!;
      }
      if (this.maySleep && now - started > spinMilliseconds) queue.sleep(50);
    }
  }

  private raiseTrap(): void {
    const trap = this.queue.takeTrap();
    if (trap !== undefined) throw trapError(this.names[trap.index]!, trap.cause);
  }

  private break(rule: string, cause?: unknown): void {
    this.broken ??= new BackendError({
      who: 'simd',
      rule,
      cause,
      suggestion: 'start again, without workers if need be: GPTLOOM_THREADS=1, or loadSimdBackend({ threads: 1 })',
    });
  }
}

function trapError(name: string, cause: unknown): BackendError {
  return new BackendError({ who: 'simd', rule: `the kernel '${name}' trapped`, cause });
}
