import { BackendError } from '@gptloom/core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { allocateMemory } from './allocate-memory.ts';
import { compileEngine } from './compile-engine.ts';
import { Engine } from './engine.ts';
import { queueStart, threadScratchBytes } from './memory-map.ts';
import { MemoryPool } from './memory-pool.ts';
import { ThreadPool } from './thread-pool.ts';

/** 50 items, of which the first given traps. */
function runToEnd(pool: Pick<ThreadPool, 'run' | 'finish'>, values: readonly number[]): void {
  pool.run('trap', values, 50, 1);
  pool.finish();
}

describe('threads', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.start({ threads: 3 });
  });
  afterAll(() => engine.dispose());

  it('share the items of a job', () => {
    const [rows, columns] = [7, 32 * 50];
    const x = engine.pool.allocate(4 * rows * columns);
    const y = engine.pool.allocate(4 * columns);
    for (let turn = 0; turn < 200; turn++) {
      engine.float32(x, rows * columns).fill(turn);
      engine.run('columnSums', [rows, columns, x, y], 50, 1);
      expect(engine.float32(y, columns).every((value) => value === 7 * turn)).toBe(true);
    }
  });

  it('that come late take nothing of the next job', async () => {
    // Far more threads than processors: most wake up when their job has long been done.
    const crowd = await Engine.start({ threads: 16 });
    const sizes = [1, 2, 3, 5, 8, 13].map((rows) => {
      const columns = 32 * rows + 32;
      return { rows, columns, x: crowd.pool.allocate(4 * rows * columns), y: crowd.pool.allocate(4 * columns) };
    });
    for (let turn = 0; turn < 3000; turn++) {
      const { rows, columns, x, y } = sizes[turn % sizes.length]!;
      crowd.float32(x, rows * columns).fill(turn);
      crowd.float32(y, columns).fill(-1);
      crowd.run('columnSums', [rows, columns, x, y], columns / 32, 1);
      if (!crowd.float32(y, columns).every((value) => value === rows * turn)) expect.unreachable(`turn ${turn}`);
    }
    crowd.dispose();
  });

  it('end in a typed error when a kernel traps on any of them, and go on', () => {
    for (let turn = 0; turn < 50; turn++) {
      expect(() => runToEnd(engine, [turn])).toThrow(BackendError);
      expect(() => runToEnd(engine, [99])).not.toThrow();
    }
    expect(() => engine.run('trap', [3], 4, 4)).toThrow(/the kernel 'trap' trapped/);
  });

  it('refuse kernels that do not exist', () => {
    expect(() => engine.run('nonsense', [], 1, 1)).toThrow(/no kernel 'nonsense'/);
  });

  it('refuse jobs without a number of items, which would never end', () => {
    expect(() => engine.run('trap', [99], Number.NaN, 1)).toThrow(/NaN items/);
    expect(() => engine.run('trap', [99], 4, Number.NaN)).toThrow(/chunks of NaN/);
  });

  it('can not be used once they are ended, nor what they computed be looked at', async () => {
    const other = await Engine.start({ threads: 2 });
    other.dispose();
    expect(() => other.float32(65_536, 1)).toThrow(/a disposed engine can not be used/);
    expect(() => other.run('trap', [9], 4, 1)).toThrow(BackendError);
  });
});

describe('the main thread', () => {
  afterEach(() => vi.restoreAllMocks());

  async function startPool(): Promise<ThreadPool> {
    const { module } = await compileEngine({ wideSimd: false });
    const { memory } = allocateMemory();
    const pool = new MemoryPool(memory);
    const scratch = [0, 1].map(() => pool.allocate(threadScratchBytes));
    return ThreadPool.start({ module, memory, scratch, timeout: 200 });
  }

  /** Lets the next items that this thread does never be counted. */
  function loseItems(): { readonly lost: boolean } {
    const add = Atomics.add.bind(Atomics) as (words: Int32Array, index: number, value: number) => number;
    const items = { lost: false };
    vi.spyOn(Atomics, 'add').mockImplementation(((words: Int32Array, index: number, value: number) => {
      if (items.lost || index < queueStart / 4) return add(words, index, value);
      items.lost = true;
      return 0;
    }) as typeof Atomics.add);
    return items;
  }

  it('spins where it may not sleep, as in a page', async () => {
    const wait = vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      throw new TypeError('Atomics.wait cannot be called in this context');
    });
    const pool = await startPool();
    for (let turn = 0; turn < 200; turn++) {
      const run = (): void => runToEnd(pool, [turn]);
      if (turn < 50) expect(run).toThrow(/trapped/);
      else expect(run).not.toThrow();
    }
    expect(wait).toHaveBeenCalledOnce();
    pool.dispose();
  });

  it('makes do with the workers that start', async () => {
    const { module } = await compileEngine({ wideSimd: false });
    const { memory } = allocateMemory();
    const heap = new MemoryPool(memory);
    const scratch: unknown[] = [0, 1, 2, 3].map(() => heap.allocate(threadScratchBytes));
    // No number: the worker says so and ends.
    scratch[1] = scratch[2] = 1n;
    const length = 70_000;
    const place = heap.allocate(4 * length);
    const pool = await ThreadPool.start({ module, memory, scratch: scratch as number[], timeout: 2000 });
    expect([pool.threads, pool.failure]).toEqual([2, expect.stringMatching(/BigInt/)]);
    const numbers = new Float32Array(memory.buffer, place, length);
    for (const chunk of [1, 7, 20_000]) {
      pool.run('fill', [place, chunk], length, chunk);
      // The worker does all of it, since this thread only looks.
      await expect.poll(() => numbers.every((number) => number === chunk)).toBe(true);
    }
    pool.dispose();
  });

  it('gives up when the queue is full and nothing goes on', async () => {
    const pool = await startPool();
    loseItems();
    const runMany = (): void => {
      for (;;) pool.run('trap', [-1], 10_000, 1);
    };
    expect(runMany).toThrow(/a worker made no progress/);
    pool.dispose();
  });

  for (const sleeps of [true, false]) {
    it(`gives up on a worker that never finishes its item${sleeps ? '' : ', where it may not sleep'}`, async () => {
      if (!sleeps) {
        vi.spyOn(Atomics, 'wait').mockImplementation(() => {
          throw new TypeError('Atomics.wait cannot be called in this context');
        });
      }
      const pool = await startPool();
      const items = loseItems();
      // Until this thread takes some: the worker may do all of a job.
      const runAll = (): void => {
        while (!items.lost) runToEnd(pool, [-1]);
      };
      expect(runAll).toThrow(/a worker made no progress for .* in 'trap'/);
      expect(() => pool.finish()).toThrow(BackendError);
      expect(() => runToEnd(pool, [-1])).toThrow(BackendError);
      pool.dispose();
    });
  }
});
