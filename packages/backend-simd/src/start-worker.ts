import type { WorkerStart } from './engine-worker.ts';
import { engineWorker } from './generated/engine-worker.ts';

/** A started worker, of whichever kind the runtime has. */
export interface PoolWorker {
  /** Resolves to the reason when the worker fails or ends; never rejects. */
  readonly failed: Promise<Error>;
  /** Ends the worker. */
  terminate(): void;
}

/** A worker that may still fail to start. */
interface StartingWorker extends PoolWorker {
  readonly ready: Promise<unknown>;
}

type NodeThreads = typeof import('node:worker_threads');

/** Milliseconds that a worker has to get ready. A page may keep one from starting without a word. */
const startTimeout = 10_000;

function nodeThreads(): NodeThreads | undefined {
  return globalThis.process?.getBuiltinModule?.('node:worker_threads');
}

/** Why no worker can share memory with this thread, or `undefined` where they can. */
export function threadObstacle(): string | undefined {
  if (nodeThreads() !== undefined) return undefined;
  if (typeof Worker === 'undefined') return 'there are no workers here';
  if (globalThis.crossOriginIsolated !== true) {
    return (
      'the page is not cross-origin isolated: serve it with the headers ' +
      'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'
    );
  }
  return typeof SharedArrayBuffer === 'undefined' ? 'the browser shares no memory with workers' : undefined;
}

/** How many processors this thread and its workers may use. */
export function availableProcessors(): number {
  const node = globalThis.process?.getBuiltinModule?.('node:os');
  return node?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/**
 * Starts a worker and waits until it is ready. It never keeps a process alive.
 *
 * @throws Error when it can not start, or is not ready after 10 seconds
 */
export async function startWorker(start: WorkerStart): Promise<PoolWorker> {
  const threads = nodeThreads();
  if (threads !== undefined) return whenReady(startInNode(threads, start));
  const url = URL.createObjectURL(new Blob([engineWorker], { type: 'text/javascript' }));
  try {
    return await whenReady(startInBrowser(url, start));
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The worker once it is ready; one that fails or is late is ended. */
async function whenReady(worker: StartingWorker): Promise<PoolWorker> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`it is not ready after ${startTimeout / 1000} s`)), startTimeout);
  });
  const problem = await Promise.race([worker.ready, worker.failed, late]);
  clearTimeout(timer);
  if (!(problem instanceof Error)) return worker;
  worker.terminate();
  throw problem;
}

function startInNode({ Worker }: NodeThreads, start: WorkerStart): StartingWorker {
  const worker = new Worker(engineWorker, { eval: true, execArgv: [], workerData: start });
  const ready = new Promise<void>((resolve) => {
    worker.once('message', () => {
      worker.unref();
      resolve();
    });
  });
  const failed = new Promise<Error>((resolve) => {
    worker.on('error', resolve);
    worker.on('exit', () => resolve(new Error('it ended')));
  });
  return { ready, failed, terminate: () => void worker.terminate() };
}

function startInBrowser(url: string, start: WorkerStart): StartingWorker {
  const worker = openWorker(url);
  const ready = new Promise<void>((resolve) => {
    worker.onmessage = () => resolve();
  });
  const failed = new Promise<Error>((resolve) => {
    // A policy that forbids the worker's address ends in an event without a message.
    worker.onerror = ({ message }: Partial<ErrorEvent>) => resolve(new Error(message || policy));
  });
  try {
    worker.postMessage(start);
  } catch (cause) {
    worker.terminate();
    throw cause;
  }
  return { ready, failed, terminate: () => worker.terminate() };
}

const policy = "the page's Content-Security-Policy must allow `worker-src blob:`";

/** Some browsers throw where a policy forbids the address, others let the worker fail. */
function openWorker(url: string): Worker {
  try {
    return new Worker(url);
  } catch (cause) {
    throw cause instanceof Error && cause.name !== 'SecurityError' ? cause : new Error(policy, { cause });
  }
}
