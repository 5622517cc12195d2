/*
 * What a worker of the pool runs, in Node and in browsers. tools/build-wasm.ts turns this file into a string from which workers
 * start, so that no bundler needs to find it: it imports nothing but types.
 */
import type { controlWord } from './memory-map.ts';

/** What the main thread hands to a worker. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Names of the kernels, by index. */
  readonly kernels: readonly string[];
  /** First byte of the worker's working space. */
  readonly scratch: number;
  readonly word: typeof controlWord;
  readonly controlStart: number;
  readonly jobState: number;
  readonly argumentStart: number;
  readonly maxArguments: number;
  /** Milliseconds for which a worker spins before it sleeps. */
  readonly spin: number;
}

type Kernel = (...parameters: number[]) => number;

/** Announces that it is ready, then works on one job after the other until it is told to end. */
function work(
  { module, memory, kernels, scratch, word, controlStart, jobState, argumentStart, maxArguments, spin }: WorkerStart,
  announce: () => void,
): void {
  const exported = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, Kernel>;
  const functions = kernels.map((name) => exported[name]!);
  const takeItems = exported['takeItems']!;
  const words = new Int32Array(memory.buffer, controlStart, 128);
  const jobArguments = new Float64Array(memory.buffer, argumentStart, maxArguments);
  const pause = (Atomics as { pause?: () => void }).pause ?? ((): void => undefined);

  /** Spins for a while, then sleeps, until there is a job after `seen`. */
  function waitForJob(seen: number): number {
    const started = performance.now();
    for (let turn = 1; ; turn++) {
      const job = Atomics.load(words, word.job);
      if (job !== seen) return job;
      pause();
      if (turn % 64 !== 0 || performance.now() - started < spin) continue;
      Atomics.add(words, word.sleepers, 1);
      Atomics.wait(words, word.job, seen);
      Atomics.sub(words, word.sleepers, 1);
    }
  }

  function workOn(job: number, kernel: number): void {
    const itemCount = words[word.itemCount]!;
    const chunk = words[word.chunk]!;
    // A copy of the arguments: if they are already those of another job, there is nothing left to take of this one.
    const values = Array.from(jobArguments.subarray(0, words[word.argumentCount]));
    const run = functions[kernel]!;
    for (;;) {
      const from = takeItems(jobState, job, itemCount, chunk);
      if (from < 0) return;
      const to = Math.min(from + chunk, itemCount);
      try {
        run(...values, from, to);
      } catch {
        Atomics.store(words, word.trapped, kernel + 1);
      }
      const finished = Atomics.add(words, word.finished, to - from) + to - from;
      if (finished === itemCount && Atomics.load(words, word.mainSleeps) === 1) Atomics.notify(words, word.finished);
    }
  }

  exported['setThreadScratch']!(scratch);
  announce();
  for (let seen = 0; ;) {
    seen = waitForJob(seen);
    const kernel = Atomics.load(words, word.kernel);
    if (kernel < 0) return;
    workOn(seen, kernel);
  }
}

const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
if (node === undefined) {
  globalThis.onmessage = ({ data }: MessageEvent<WorkerStart>) => work(data, () => globalThis.postMessage('ready'));
} else work(node.workerData as WorkerStart, () => node.parentPort!.postMessage('ready'));
