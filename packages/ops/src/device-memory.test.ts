import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, test, vi } from 'vitest';
import { describeBytes, deviceMemory, largestThatFits } from './device-memory.ts';

afterEach(() => vi.restoreAllMocks());

test('the memory is what the backend says of it, and unknown where it says nothing', async () => {
  await tf.setBackend('cpu');
  expect(deviceMemory()).toBeUndefined();
  const engine = { used: 1, peak: 2, limit: 3, reserved: 0 };
  vi.spyOn(tf.backend(), 'memory').mockReturnValue({ unreliable: false, engine } as ReturnType<
    tf.KernelBackend['memory']
  >);
  expect(deviceMemory()).toEqual(engine);
});

test('the largest that fits is the last one within the bytes', () => {
  const bytesOf = (count: number): number => 10 + 3 * count;
  for (let available = 0; available < 60; available++) {
    let expected = 0;
    for (let count = 1; count <= 12; count++) if (bytesOf(count) <= available) expected = count;
    expect(largestThatFits(bytesOf, 12, available)).toBe(expected);
  }
  expect(largestThatFits(bytesOf, 0, 1000)).toBe(0);
});

test.each([
  [0, '0.00 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [1.375 * 2 ** 30, '1.38 GiB'],
  [1000 * 2 ** 20, '1000 MiB'],
  [2 ** 52, '4096 TiB'],
])('%d bytes are written as %s', (bytes, text) => {
  expect(describeBytes(bytes)).toBe(text);
});
