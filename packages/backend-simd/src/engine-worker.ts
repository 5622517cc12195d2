/*
 * What a worker of the pool runs, in Node and in browsers. tools/build-wasm.ts turns this file into a string from which workers
 * start, so that no bundler needs to find it: it imports nothing but types.
 */
import type { controlWord, slot } from './memory-map.ts';

/** What the main thread hands to a worker. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Names of the kernels, by index. */
  readonly kernels: readonly string[];
  /** First byte of the worker's working space. */
  readonly scratch: number;
  /** Number of the thread; the main thread is 0. */
  readonly thread: number;
  readonly word: typeof controlWord;
  readonly slot: typeof slot;
  readonly queueStart: number;
  readonly queueLength: number;
  /** Milliseconds for which a worker spins before it sleeps. */
  readonly spin: number;
}

type Kernel = (...parameters: number[]) => number;

/** Announces that it is ready, then works on one job after the other until it is told to end. */
function work(
  { module, memory, kernels, scratch, thread, word, slot, queueStart, queueLength, spin }: WorkerStart,
  announce: () => void,
): void {
  const exported = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, Kernel>;
  const functions = kernels.map((name) => exported[name]!);
  const takeItems = exported['takeItems']!;
  const itemsEnd = exported['itemsEnd']!;
  const words = new Int32Array(memory.buffer, 0, (queueStart + queueLength * slot.bytes) / 4);
  const numbers = new Float64Array(memory.buffer, 0, words.length / 2);
  const pause = (Atomics as { pause?: () => void }).pause ?? ((): void => undefined);

  /** Spins for a while, then sleeps, until there is a job that is not done and not `exhausted`. */
  function waitForJob(exhausted: number | undefined): number {
    const started = performance.now();
    for (let turn = 1; ; turn++) {
      // In this order: a job that is not there yet must not look as if it were.
      const completed = Atomics.load(words, word.completed);
      const published = Atomics.load(words, word.published);
      const job = (completed + 1) | 0;
      if (published !== completed && job !== exhausted) return job;
      pause();
      if (turn % 64 !== 0 || performance.now() - started < spin) continue;
      Atomics.add(words, word.sleepers, 1);
      if (published === completed) Atomics.wait(words, word.published, published);
      else Atomics.wait(words, word.completed, completed);
      Atomics.sub(words, word.sleepers, 1);
    }
  }

  function workOn(job: number): void {
    const start = queueStart + (job & (queueLength - 1)) * slot.bytes;
    const kernel = words[(start + slot.kernel) / 4]!;
    const itemCount = Atomics.load(words, (start + slot.itemCount) / 4);
    const chunk = Atomics.load(words, (start + slot.chunk) / 4);
    const first = (start + slot.arguments) / 8;
    // A copy of the arguments: if they are already those of another job, there is nothing left to take of this one.
    const values = Array.from(numbers.subarray(first, first + words[(start + slot.argumentCount) / 4]!));
    for (;;) {
      const from = takeItems(start + slot.state, job, itemCount, chunk, thread, words[word.threads]!);
      if (from < 0) return;
      const to = itemsEnd();
      try {
        functions[kernel]!(...values, from, to);
      } catch {
        Atomics.store(words, word.trapped, kernel + 1);
      }
      const finished = Atomics.add(words, (start + slot.finished) / 4, to - from) + to - from;
      if (finished < itemCount) continue;
      Atomics.store(words, word.completed, job);
      if (Atomics.load(words, word.sleepers) > 0) Atomics.notify(words, word.completed);
      return;
    }
  }

  exported['setThreadScratch']!(scratch);
  announce();
  for (let job: number | undefined; ;) {
    job = waitForJob(job);
    if (Atomics.load(words, word.ended) === 1) return;
    workOn(job);
  }
}

const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
if (node === undefined) {
  globalThis.onmessage = ({ data }: MessageEvent<WorkerStart>) => work(data, () => globalThis.postMessage('ready'));
} else work(node.workerData as WorkerStart, () => node.parentPort!.postMessage('ready'));
