import type * as Threads from 'node:worker_threads';
import type { TrainingReply, TrainingRequest } from './training.worker.ts';

/** What Node's and the browser's threads have in common. */
export interface Thread {
  readonly post: (request: TrainingRequest, transfer: ArrayBuffer[]) => void;
  /** From here on the program waits for the thread. */
  readonly hold: () => void;
  /** From here on the thread keeps no program alive. */
  readonly release: () => void;
  readonly end: () => unknown;
}

const maxYoungGenerationSizeMb = 8;

/**
 * Starts a thread of `training.worker.ts`.
 *
 * @param fail is told where it fails or ends
 */
export function openThread(receive: (answer: TrainingReply) => void, fail: (error: unknown) => void): Thread {
  const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads') as typeof Threads | undefined;
  if (threads !== undefined) {
    // Not a literal: bundlers for browsers would copy the file. From the sources the worker runs as they do.
    const isSource = import.meta.url.endsWith('.ts');
    const file = `./training.worker.${isSource ? 'ts' : 'js'}`;
    const execArgv = isSource ? [...process.execArgv, '--conditions=gptloom-source'] : undefined;
    // Texts are short-lived: with the usual room for young objects the thread would hold tens of megabytes of dead ones.
    const resourceLimits = { maxYoungGenerationSizeMb };
    const options = execArgv === undefined ? { resourceLimits } : { resourceLimits, execArgv };
    const worker = new threads.Worker(new URL(file, import.meta.url), options);
    worker.on('message', receive);
    worker.on('error', fail);
    worker.on('messageerror', fail);
    // After its end nobody asks any more.
    worker.on('exit', () => fail(new Error('the thread has ended')));
    worker.unref();
    return {
      post: (request, transfer) => worker.postMessage(request, transfer),
      hold: () => worker.ref(),
      release: () => worker.unref(),
      end: () => worker.terminate(),
    };
  }
  const worker = new Worker(new URL('./training.worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<TrainingReply>) => receive(data);
  worker.onerror = (event) => {
    event.preventDefault();
    fail(new Error(event.message));
  };
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    hold: () => undefined,
    release: () => undefined,
    end: () => worker.terminate(),
  };
}
