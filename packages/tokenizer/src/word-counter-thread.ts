import { memoryOf, type EncodedTexts } from './text-batch.ts';
import { TrainingThread } from './training-thread.ts';
import type { CountedWords } from './word-counts.ts';
import type { WordRules } from './word-cutter.ts';

// Batches that wait in a thread: enough that it never idles, few enough that little text is held.
const mostWaiting = 3;

/** A thread that counts words. */
export class WordCounterThread {
  private readonly thread: TrainingThread;
  private readonly giveBack: (memory: EncodedTexts) => void;
  private waiting = 0;

  /** @param giveBack gets the memory of texts that are counted */
  constructor(rules: WordRules, giveBack: (memory: EncodedTexts) => void) {
    this.thread = new TrainingThread(rules);
    this.giveBack = giveBack;
  }

  /** Whether it runs and can take a batch now. */
  get isFree(): boolean {
    return this.thread.isReady && this.waiting < mostWaiting;
  }

  /** Gives it texts to count, and their memory with them. */
  count(texts: EncodedTexts): void {
    this.waiting++;
    void this.thread.ask({ type: 'count', texts }, memoryOf(texts)).then(
      (answer) => {
        this.waiting--;
        if (answer.type === 'counted') this.giveBack(answer.texts);
      },
      // The next question tells it.
      () => undefined,
    );
  }

  /** Everything it has counted, or `undefined` where it never started. */
  async finish(): Promise<CountedWords | undefined> {
    if (!this.thread.isReady) return undefined;
    const answer = await this.thread.ask({ type: 'finish' });
    return answer.type === 'finished' ? answer.words : undefined;
  }

  /** Ends the thread, whatever it does; waits until its memory is free. */
  end(): Promise<void> {
    return this.thread.end();
  }
}
