import { TokenizerError } from '@gptloom/core';
import { openThread, type Thread } from './open-thread.ts';
import type { TrainingAnswers, TrainingReply, TrainingRequest } from './training.worker.ts';
import type { WordRules } from './word-cutter.ts';

interface Asked {
  readonly resolve: (value: TrainingReply['value']) => void;
  readonly reject: (reason: unknown) => void;
}

/** A thread that helps in training. It may fail to start, for example in a bundle without the worker's file. */
export class TrainingThread {
  private readonly thread: Thread | undefined;
  private readonly asked: Asked[] = [];
  private wasReady = false;
  private failure: TokenizerError | undefined;

  /** @param rules by which it is to cut words, where it is to count some */
  constructor(rules?: WordRules) {
    try {
      this.thread = openThread(
        (reply) => this.receive(reply),
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

  /** The number of requests that wait for an answer. */
  get waiting(): number {
    return this.asked.length;
  }

  /** The answer to a request; they are answered one after another. While one is open, the program waits for it. */
  ask<T extends TrainingRequest>(request: T, transfer: ArrayBuffer[] = []): Promise<TrainingAnswers[T['type']]> {
    const answer = new Promise((resolve, reject) => {
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
    return answer as Promise<TrainingAnswers[T['type']]>;
  }

  /** Ends the thread, whatever it does; waits until its memory is free. */
  async end(): Promise<void> {
    await this.thread?.end();
  }

  private receive(reply: TrainingReply): void {
    if ('error' in reply) {
      this.fail(reply.error);
      return;
    }
    this.asked.shift()?.resolve(reply.value);
    if (this.waiting === 0) this.thread?.release();
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
