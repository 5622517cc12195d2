import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { compilePeakKernel, type PeakWidth } from './peak-kernel.ts';
import type { ProbeData } from './probe.worker.ts';

/**
 * The most arithmetic that the machine does: fused multiply-adds in registers, on every core, for some 20 milliseconds. It is
 * measured just before every sample. The work never changes, so when the figure does, the machine was slower or shared, and
 * the sample beside it was slowed down too.
 */
export class Probe {
  private readonly workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.workers = workers;
  }

  /** Starts one thread for each core. */
  static async start(): Promise<Probe> {
    const url = new URL('./probe.worker.ts', import.meta.url);
    const workerData: ProbeData = { 256: await compilePeakKernel(256), 128: await compilePeakKernel(128) };
    const probe = new Probe(Array.from({ length: availableParallelism() }, () => new Worker(url, { workerData })));
    for (let i = 0; i < 3; i++) await probe.measure();
    return probe;
  }

  /** GFLOP/s of all cores together, in operations of 256 or 128 bits. */
  async measure(width: PeakWidth = 256): Promise<number> {
    const answers = this.workers.map((worker) => once(worker, 'message') as Promise<[number]>);
    for (const worker of this.workers) worker.postMessage(width);
    return (await Promise.all(answers)).reduce((sum, [speed]) => sum + speed, 0);
  }

  /** Ends the threads. */
  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
