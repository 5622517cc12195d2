import { expect, it } from 'vitest';
import { compilePeakKernel, peakData } from './peak-kernel.ts';

it.each([256, 128] as const)('the kernel of %i bits multiplies and adds in every lane', async (width) => {
  const { exports } = new WebAssembly.Instance(await compilePeakKernel(width), { env: { abort: () => undefined } });
  const numbers = new Float32Array((exports['memory'] as WebAssembly.Memory).buffer, peakData, 16 + 96);
  numbers.fill(0.5, 0, 8);
  numbers.fill(1, 8, 16);
  numbers.fill(4, 16);
  (exports['peak'] as (iterations: number, data: number) => void)(2, peakData);
  const lanes = 12 * (width / 32);
  // (4 / 2 + 1) / 2 + 1
  expect([...numbers.subarray(16, 16 + lanes)]).toEqual(Array.from({ length: lanes }, () => 2.5));
  expect(numbers[16 + lanes] ?? 4).toBe(4);
});
