import { canShareMemory, sharedFloat64 } from './shared-memory.ts';
import { TrainingThread } from './training-thread.ts';
import { workOnUnigram, type UnigramJob } from './unigram-job.ts';

/** A thread that works on jobs, and its sums. */
interface Helper {
  readonly thread: TrainingThread;
  sums: Float64Array;
}

/** This thread and others that work together on the rounds of a Unigram model. */
export class UnigramThreads {
  private readonly helpers: readonly Helper[];
  private sums: Float64Array = new Float64Array(0);

  /**
   * Starts the other threads, each of which works from the first job on that finds it ready.
   *
   * @param count most threads, this one included; there is only this one where threads can not share memory
   */
  constructor(count: number) {
    this.helpers = Array.from({ length: canShareMemory() ? count - 1 : 0 }, () => {
      return { thread: new TrainingThread(), sums: new Float64Array(0) };
    });
  }

  /**
   * Does all of a job; yields the number of pieces now and then.
   *
   * @returns the sums of all threads, a view until the next job
   */
  async *run(job: UnigramJob): AsyncGenerator<number, Float64Array, void> {
    const count = job.pieces.scores.length;
    job.nextBlock[0] = 0;
    const busy = this.helpers.filter(({ thread }) => thread.isReady);
    const answers = busy.map((helper) => {
      helper.sums = zeros(helper.sums, count);
      return helper.thread.ask({ type: 'work', job, sums: helper.sums });
    });
    this.sums = zeros(this.sums, count);
    for (const _ of workOnUnigram(job, this.sums)) yield count;
    await Promise.all(answers);
    for (const { sums } of busy) for (let id = 0; id < count; id++) this.sums[id]! += sums[id]!;
    return this.sums.subarray(0, count);
  }

  /** Ends the other threads, whatever they do. */
  end(): void {
    for (const { thread } of this.helpers) void thread.end();
  }
}

function zeros(memory: Float64Array, count: number): Float64Array {
  return memory.length < count ? sharedFloat64(count) : memory.fill(0);
}
