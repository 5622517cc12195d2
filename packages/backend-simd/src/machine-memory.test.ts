import os from 'node:os';
import { BackendError } from '@gptloom/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Engine } from './engine.ts';
import { engineMemoryLimit } from './machine-memory.ts';

const gibibyte = 2 ** 30;
const taken = gibibyte / 2;

/** As on a machine of so many bytes in a container with that limit, where this process has taken half a GiB. */
function machine(total: number, container: number | undefined): void {
  vi.spyOn(os, 'totalmem').mockReturnValue(total);
  vi.spyOn(process, 'constrainedMemory').mockReturnValue(container as number);
}

beforeEach(() => void vi.spyOn(process.memoryUsage, 'rss').mockReturnValue(taken));
afterEach(() => vi.restoreAllMocks());

describe('what the engine may take', () => {
  test.each<[string, number, number | undefined, number]>([
    ['4 GiB where there is more', 16 * gibibyte, 8 * gibibyte, 4 * gibibyte],
    ['what the machine has left', 2 * gibibyte, undefined, 1.5 * gibibyte],
    ['what the machine has left, where no limit is 0', 2 * gibibyte, 0, 1.5 * gibibyte],
    ['what the machine has left, where no limit is a number beyond it', 2 * gibibyte, 2 ** 63, 1.5 * gibibyte],
    ['what the container has left', 16 * gibibyte, gibibyte, gibibyte / 2],
    ['whole pages', gibibyte + 65_535, 0, gibibyte / 2],
    ['nothing where this process has more than that', 16 * gibibyte, gibibyte / 4, 0],
  ])('is %s', (_, total, container, limit) => {
    machine(total, container);
    expect(engineMemoryLimit()).toBe(limit);
  });

  test('is the 4 GiB of its memory where there is no Node to ask', () => {
    vi.stubGlobal('process', undefined);
    expect(engineMemoryLimit()).toBe(4 * gibibyte);
    vi.unstubAllGlobals();
  });
});

test('an engine whose threads have no room is refused', async () => {
  machine(16 * gibibyte, taken + 2 ** 23);
  const refused = await Engine.start({ threads: 2 }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BackendError);
  expect((refused as Error).message).toMatch(
    /room for the working space of the threads, 8\.3 MiB for 2; received 8\.0 MiB beside .*; try: fewer threads/,
  );
  const engine = await Engine.start({ threads: 1 });
  expect(engine.pool.use.limit).toBe(2 ** 23);
  engine.dispose();
});
