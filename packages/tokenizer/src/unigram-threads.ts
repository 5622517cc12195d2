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
  private readonly count: number;
  private helpers: readonly Helper[] = [];
  private sums: Float64Array = new Float64Array(0);

  /** @param count most threads, this one included; there is only this one where threads can not share memory */
  constructor(count: number) {
    this.count = canShareMemory() ? count : 1;
  }

  /** Starts the other threads; each works from the first job on that finds it ready. */
  start(): void {
    this.helpers = Array.from({ length: this.count - 1 }, () => {
      return { thread: new TrainingThread(), sums: new Float64Array(0) };
    });
  }

  /**
   * Does all of a job; yields now and then.
   *
   * @returns the sums of all threads, a view until the next job
   */
  async *run(job: UnigramJob): AsyncGenerator<void, Float64Array, void> {
    const count = job.pieces.scores.length;
    job.nextBlock[0] = 0;
    const busy = this.helpers.filter(({ thread }) => thread.isReady);
    const answers = busy.map((helper) => {
      helper.sums = zeros(helper.sums, count);
      return helper.thread.ask({ type: 'work', job, sums: helper.sums });
    });
    this.sums = zeros(this.sums, count);
    yield* workOnUnigram(job, this.sums);
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
