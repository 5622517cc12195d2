import type * as Threads from 'node:worker_threads';
import { TokenizerError } from '@gptloom/core';
import { memoryOf, type EncodedTexts } from './text-batch.ts';
import type { WordCounterAnswer, WordCounterRequest } from './word-counter.worker.ts';
import type { CountedWords } from './word-counts.ts';
import type { WordRules } from './word-cutter.ts';

/** What Node's and the browser's threads have in common. */
interface Thread {
  readonly post: (request: WordCounterRequest, transfer?: ArrayBuffer[]) => void;
  /** From here on the program waits for the thread. */
  readonly hold: () => void;
  readonly end: () => unknown;
}

// Batches that wait in a thread: enough that it never idles, few enough that little text is held.
const mostWaiting = 3;
const maxYoungGenerationSizeMb = 8;

/** A thread that counts words. It may fail to start, for example in a bundle without the worker's file. */
export class WordCounterThread {
  private readonly thread: Thread | undefined;
  private waiting = 0;
  private state: 'starting' | 'ready' | 'failed' = 'starting';
  private failure: TokenizerError | undefined;
  private readonly finished: Promise<CountedWords>;
  private settle!: { resolve: (words: CountedWords) => void; reject: (reason: unknown) => void };

  private readonly giveBack: (memory: EncodedTexts) => void;

  /** @param giveBack gets the memory of texts that are counted */
  constructor(rules: WordRules, giveBack: (memory: EncodedTexts) => void) {
    this.giveBack = giveBack;
    this.finished = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.finished.catch(() => undefined);
    try {
      this.thread = openThread(
        (message) => this.receive(message),
        (error) => this.fail(error),
      );
      this.thread.post({ type: 'start', rules });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Whether it runs and can take a batch now. */
  get isFree(): boolean {
    if (this.failure !== undefined) throw this.failure;
    return this.state === 'ready' && this.waiting < mostWaiting;
  }

  /** Gives it texts to count, and their memory with them. */
  count(texts: EncodedTexts): void {
    this.waiting++;
    this.thread!.post({ type: 'count', texts }, memoryOf(texts));
  }

  /** Everything it has counted, or `undefined` where it never started. */
  async finish(): Promise<CountedWords | undefined> {
    if (this.state === 'starting') return undefined;
    if (this.state === 'ready') {
      this.thread!.hold();
      this.thread!.post({ type: 'finish' });
    } else if (this.failure === undefined) return undefined;
    return this.finished;
  }

  /** Ends the thread, whatever it does; waits until its memory is free. */
  async end(): Promise<void> {
    await this.thread?.end();
  }

  private receive(answer: WordCounterAnswer): void {
    if (answer.type === 'ready') this.state = 'ready';
    else if (answer.type === 'counted') {
      this.waiting--;
      this.giveBack(answer.texts);
    } else if (answer.type === 'finished') this.settle.resolve(answer.words);
    else this.fail(answer.error);
  }

  private fail(error: unknown): void {
    // Before it was ready it has counted nothing, and the work goes on without it.
    const failure = new TokenizerError({
      who: 'word-counting thread',
      rule: `must not fail: ${String(error)}`,
      suggestion: 'threads: 1',
      cause: error,
    });
    if (this.state === 'ready') this.failure = failure;
    this.state = 'failed';
    this.settle.reject(failure);
  }
}

function openThread(receive: (answer: WordCounterAnswer) => void, fail: (error: unknown) => void): Thread {
  const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads') as typeof Threads | undefined;
  if (threads !== undefined) {
    // Not a literal: bundlers for browsers would copy the file. From the sources the worker runs as they do.
    const isSource = import.meta.url.endsWith('.ts');
    const file = `./word-counter.worker.${isSource ? 'ts' : 'js'}`;
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
    // A thread that waits for work keeps no program alive.
    worker.unref();
    return {
      post: (request, transfer = []) => worker.postMessage(request, transfer),
      hold: () => worker.ref(),
      end: () => worker.terminate(),
    };
  }
  const worker = new Worker(new URL('./word-counter.worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<WordCounterAnswer>) => receive(data);
  worker.onerror = (event) => {
    event.preventDefault();
    fail(new Error(event.message));
  };
  return {
    post: (request, transfer = []) => worker.postMessage(request, transfer),
    hold: () => undefined,
    end: () => worker.terminate(),
  };
}
