import * as tf from '@tensorflow/tfjs';
import type { Engine } from './engine.ts';
import { costOf, type FinishedCall } from './kernel-costs.ts';
import { formatProfile } from './format-profile.ts';

/** What the calls of one kernel took. */
export interface KernelProfileRow {
  /** The name under which TensorFlow.js knows the kernel: `GptloomLinear`, `BatchMatMul`, `Add`. */
  readonly kernel: string;
  /** Whether it ran in the engine, or in the plain JavaScript of TensorFlow.js, which is slow. */
  readonly where: 'engine' | 'javascript';
  /** How often it ran. */
  readonly calls: number;
  /** Time in it, without that of kernels which it called. */
  readonly milliseconds: number;
  /** Its share of the time since the profile began or was reset, 0 to 1. */
  readonly share: number;
  /** Floating-point operations, by the shapes of the tensors; 0 for what moves data, and where they are not known. */
  readonly flops: number;
  /** Bytes that it must read and write at least, by the shapes of the tensors: each once. */
  readonly bytes: number;
  /** 10^9 floating-point operations a second. */
  readonly gflopsPerSecond: number;
  /** 10^9 bytes a second. */
  readonly gigabytesPerSecond: number;
}

interface Totals {
  readonly kernel: string;
  readonly where: KernelProfileRow['where'];
  calls: number;
  milliseconds: number;
  flops: number;
  bytes: number;
}

/**
 * Measures every kernel that TensorFlow.js runs on a backend, by standing before it: as long as no profile runs, kernels are called
 * as ever and nothing is measured. It costs about a microsecond a call.
 */
export class KernelProfile {
  private readonly engine: Engine;
  private readonly replaced: readonly tf.KernelConfig[];
  private readonly totals = new Map<string, Totals>();
  private started: number;
  private stopped: number | undefined;
  /** Milliseconds that kernels called by the running one took. */
  private inner = 0;

  /** Begins to measure the kernels registered for a backend. */
  constructor(backendName: string, engine: Engine) {
    this.engine = engine;
    this.replaced = tf.getKernelsForBackend(backendName);
    engine.finish();
    this.started = performance.now();
    engine.pool.resetPeak();
    for (const config of this.replaced) {
      replace({ ...config, kernelFunc: (call) => this.measure(config.kernelName, config.kernelFunc, call) });
    }
  }

  /** Whether kernels are measured: from the beginning until `stop()`. */
  get running(): boolean {
    return this.stopped === undefined;
  }

  /** Milliseconds since the profile began or was reset: kernels, all else that the program did, and waiting. */
  get milliseconds(): number {
    return (this.stopped ?? performance.now()) - this.started;
  }

  /** The most bytes of the engine's memory that were in use at once since the profile began or was reset. */
  get peakBytes(): number {
    return this.engine.pool.use.peak;
  }

  /** One row for each kernel, and for each place where it ran; what took longest first. */
  get rows(): KernelProfileRow[] {
    const whole = this.milliseconds;
    return [...this.totals.values()]
      .sort((a, b) => b.milliseconds - a.milliseconds)
      .map((row) => ({
        ...row,
        share: whole > 0 ? row.milliseconds / whole : 0,
        gflopsPerSecond: perSecond(row.flops, row.milliseconds),
        gigabytesPerSecond: perSecond(row.bytes, row.milliseconds),
      }));
  }

  /** Forgets what was measured and begins anew. */
  reset(): void {
    this.engine.finish();
    this.totals.clear();
    this.inner = 0;
    this.started = performance.now();
    this.engine.pool.resetPeak();
    if (this.stopped !== undefined) this.stopped = this.started;
  }

  /** Ends the measuring: kernels run as before. What was measured stays. A second call does nothing. */
  stop(): void {
    if (this.stopped !== undefined) return;
    this.stopped = performance.now();
    this.replaced.forEach(replace);
  }

  /** The rows as a table, with a line for all that is not in kernels. */
  toString(): string {
    return formatProfile(this);
  }

  private measure(kernel: string, run: tf.KernelFunc, call: Parameters<tf.KernelFunc>[0]): ReturnType<tf.KernelFunc> {
    const { engine } = this;
    const outer = this.inner;
    const { jobs } = engine;
    this.inner = 0;
    const started = performance.now();
    try {
      const result = run(call);
      engine.finish();
      this.add(kernel, engine.jobs > jobs, performance.now() - started - this.inner, {
        inputs: presentOf(call.inputs as Readonly<Record<string, tf.TensorInfo | undefined>>),
        outputs: Array.isArray(result) ? result : [result],
        attributes: call.attrs ?? {},
      });
      return result;
    } finally {
      this.inner = outer + performance.now() - started;
    }
  }

  private add(kernel: string, inEngine: boolean, milliseconds: number, call: FinishedCall): void {
    const where = inEngine ? 'engine' : 'javascript';
    const key = `${kernel} ${where}`;
    let row = this.totals.get(key);
    if (row === undefined) {
      row = { kernel, where, calls: 0, milliseconds: 0, flops: 0, bytes: 0 };
      this.totals.set(key, row);
    }
    const { flops, bytes } = costOf(kernel, call);
    row.calls++;
    row.milliseconds += milliseconds;
    row.flops += flops;
    row.bytes += bytes;
  }
}

/** Optional inputs may be given as nothing. */
function presentOf(inputs: Readonly<Record<string, tf.TensorInfo | undefined>>): FinishedCall['inputs'] {
  return Object.fromEntries(
    Object.entries(inputs).filter(
      (entry): entry is [string, tf.TensorInfo] => entry[1] !== undefined && entry[1] !== null,
    ),
  );
}

function replace(config: tf.KernelConfig): void {
  tf.unregisterKernel(config.kernelName, config.backendName);
  tf.registerKernel(config);
}

const perSecond = (amount: number, milliseconds: number): number =>
  milliseconds > 0 ? amount / milliseconds / 1e6 : 0;
