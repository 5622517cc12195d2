import { parentPort, workerData } from 'node:worker_threads';
import { flopsOfIteration, peakData, type PeakWidth } from './peak-kernel.ts';

/** What `Probe` gives its threads. */
export type ProbeData = Readonly<Record<PeakWidth, WebAssembly.Module>>;

// Some 20 milliseconds.
const iterations = 10_000_000;

const start = (module: WebAssembly.Module): ((iterations: number, data: number) => void) => {
  const { exports } = new WebAssembly.Instance(module, { env: { abort: () => undefined } });
  const numbers = new Float32Array((exports['memory'] as WebAssembly.Memory).buffer, peakData);
  // Every accumulator goes to 1: no overflow, and nothing too small to be a normal number.
  numbers.fill(0.999, 0, 8);
  numbers.fill(1e-3, 8, 16);
  numbers.fill(2, 16, 16 + 12 * 8);
  return exports['peak'] as (iterations: number, data: number) => void;
};
const modules = workerData as ProbeData;
const kernels = { 256: start(modules[256]), 128: start(modules[128]) };

// Answers a width with GFLOP/s.
parentPort!.on('message', (width: PeakWidth) => {
  const started = performance.now();
  kernels[width](iterations, peakData);
  const seconds = (performance.now() - started) / 1000;
  parentPort!.postMessage((iterations * flopsOfIteration[width]) / seconds / 1e9);
});
