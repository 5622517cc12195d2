import { TokenizerError } from '@gptloom/core';
import { openThread, type Thread } from './open-thread.ts';
import type { TrainingAnswer, TrainingRequest } from './training.worker.ts';
import type { WordRules } from './word-cutter.ts';

interface Asked {
  readonly resolve: (answer: TrainingAnswer) => void;
  readonly reject: (reason: unknown) => void;
}

/** A thread that helps in training. It may fail to start, for example in a bundle without the worker's file. */
export class TrainingThread {
  private readonly thread: Thread | undefined;
  private wasReady = false;
  private failure: TokenizerError | undefined;
  private asked: Asked[] = [];

  /** @param rules by which it is to cut words, where it is to count some */
  constructor(rules?: WordRules) {
    try {
      this.thread = openThread(
        (answer) => this.receive(answer),
        (error) => this.fail(error),
      );
      void this.ask({ type: 'start', rules }).then(
        () => (this.wasReady = true),
        () => undefined,
      );
    } catch (error) {
      this.fail(error);
    }
  }

  /**
   * Whether it runs. Before it was ready it has done nothing, and the work goes on without it.
   *
   * @throws TokenizerError where it ran and failed
   */
  get isReady(): boolean {
    if (this.wasReady && this.failure !== undefined) throw this.failure;
    return this.wasReady;
  }

  /** The answer to a request; they are answered one after another. While one is open, the program waits for it. */
  ask(request: TrainingRequest, transfer: ArrayBuffer[] = []): Promise<TrainingAnswer> {
    const answer = new Promise<TrainingAnswer>((resolve, reject) => {
      if (this.thread === undefined || this.failure !== undefined) {
        reject(this.failure);
        return;
      }
      this.asked.push({ resolve, reject });
      this.thread.hold();
      this.thread.post(request, transfer);
    });
    // Who has left does not hear that the thread has ended.
    answer.catch(() => undefined);
    return answer;
  }

  /** Ends the thread, whatever it does; waits until its memory is free. */
  async end(): Promise<void> {
    await this.thread?.end();
  }

  private receive(answer: TrainingAnswer): void {
    if (answer.type === 'failed') {
      this.fail(answer.error);
      return;
    }
    this.asked.shift()?.resolve(answer);
    if (this.asked.length === 0) this.thread?.release();
  }

  private fail(error: unknown): void {
    this.failure ??= new TokenizerError({
      who: 'training thread',
      rule: `must not fail: ${String(error)}`,
      suggestion: 'threads: 1',
      cause: error,
    });
    for (const { reject } of this.asked.splice(0)) reject(this.failure);
  }
}
