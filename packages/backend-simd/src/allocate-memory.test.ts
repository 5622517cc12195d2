import { BackendError } from '@gptloom/core';
import { afterEach, expect, it, vi } from 'vitest';
import { allocateMemory } from './allocate-memory.ts';
import { MemoryPool } from './memory-pool.ts';

const { Memory } = WebAssembly;

/** As on a system that has no room for more than so many pages. */
function limitPages(pages: number): void {
  vi.spyOn(WebAssembly, 'Memory').mockImplementation(function (descriptor) {
    if (descriptor.maximum! > pages) throw new RangeError('could not allocate memory');
    return new Memory(descriptor);
  });
}

afterEach(() => vi.restoreAllMocks());

it('takes 4 GiB of addresses, or what there is', () => {
  expect(allocateMemory().limit).toBe(4 * 2 ** 30);
  limitPages(20_000);
  const { memory, limit } = allocateMemory();
  expect(limit).toBe(2 ** 30);
  expect(() => new MemoryPool(memory, limit).allocate(2 ** 30)).toThrow(/must fit into the 1024\.0 MiB/);
});

it('refuses where there is room for nothing', () => {
  limitPages(500);
  expect(allocateMemory).toThrow(BackendError);
});
