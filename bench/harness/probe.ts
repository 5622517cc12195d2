import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/**
 * A fixed amount of arithmetic on every core. It is timed just before every sample: the work never changes, so when its
 * time does, the machine was slower or shared, and the sample beside it was slowed down too.
 */
export class Probe {
  private readonly workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.workers = workers;
  }

  /** Starts one thread for each core, and lets the compiler finish with them. */
  static async start(): Promise<Probe> {
    const url = new URL('./probe.worker.ts', import.meta.url);
    const probe = new Probe(Array.from({ length: availableParallelism() }, () => new Worker(url)));
    for (let i = 0; i < 5; i++) await probe.measure();
    return probe;
  }

  /** Milliseconds until the last thread is done. */
  async measure(): Promise<number> {
    const started = performance.now();
    const answers = this.workers.map((worker) => once(worker, 'message'));
    for (const worker of this.workers) worker.postMessage('go');
    await Promise.all(answers);
    return performance.now() - started;
  }

  /** Ends the threads. */
  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
