import { BackendError } from '@gptloom/core';
import { describe, expect, it } from 'vitest';
import { Engine } from './engine.ts';

const length = 4096;
const columns = 64;

/** Runs `y = a + b`, each row a chunk. */
function add(engine: Engine, a: number, b: number, y: number): void {
  engine.run('addition', [a, columns, 1, b, columns, 1, y, columns, length], length / columns, 1);
}

describe.each([1, 2, 3, 16])('jobs in the queue of %i threads', (threads) => {
  async function withEngine(use: (engine: Engine) => void): Promise<void> {
    const engine = await Engine.start({ threads });
    try {
      use(engine);
    } finally {
      engine.dispose();
    }
  }

  it('see what those before them wrote, though nothing waits between them', () =>
    withEngine((engine) => {
      const bytes = 4 * length;
      const one = engine.pool.allocate(bytes);
      engine.float32(one, length).fill(1);
      let sum = engine.pool.allocate(bytes);
      engine.float32(sum, length).fill(0);
      for (let turn = 1; turn <= 2000; turn++) {
        const next = engine.pool.allocate(bytes);
        add(engine, sum, one, next);
        // The block goes to the sum after the next, while this job may still read it.
        engine.pool.release(sum, bytes);
        sum = next;
        if (turn % 500 === 0) expect(engine.float32(sum, length).every((value) => value === turn)).toBe(true);
      }
    }));

  it('read the words that belong to them', () =>
    withEngine((engine) => {
      const sizes = [1, 700, 16_000, 20_000];
      const blocks = sizes.map((size) => engine.pool.allocate(4 * size));
      for (let turn = 0; turn < 300; turn++) {
        // More than fits into the working space at once, and some that never does.
        for (const [index, size] of sizes.entries()) {
          engine.withWords(new Int32Array(size).fill(turn), (words) => {
            engine.run('copyBlocks', [words, 4, 0, blocks[index]!, 4, 0, size, 4], size, 100);
          });
        }
      }
      for (const [index, size] of sizes.entries()) {
        expect(engine.int32(blocks[index]!, size).every((value) => value === 299)).toBe(true);
      }
    }));

  it('are followed by what is written from JavaScript', () =>
    withEngine((engine) => {
      const bytes = 4 * length;
      const [x, y] = [engine.pool.allocate(bytes), engine.pool.allocate(bytes)];
      for (let turn = 0; turn < 300; turn++) {
        engine.write(x, new Float32Array(length).fill(turn));
        add(engine, x, x, y);
        engine.write(x, new Uint8Array(bytes - 1));
        add(engine, x, y, y);
        expect(engine.float32(y, length - 1).every((value) => value === 2 * turn)).toBe(true);
      }
    }));

  it('are done to the last item, of millions in odd chunks too', () =>
    withEngine((engine) => {
      const items = 3_000_000;
      const [x, y] = [engine.pool.allocate(4 * items), engine.pool.allocate(4 * items)];
      engine.int32(x, items).forEach((_, i, all) => (all[i] = i));
      engine.int32(y, items).fill(-1);
      engine.run('copyBlocks', [x, 4, 0, y, 4, 0, items, 4], items, 1365);
      expect(engine.int32(y, items).findIndex((value, i) => value !== i)).toBe(-1);
    }));

  it('that trap are reported by whatever comes next', () =>
    withEngine((engine) => {
      const late = (): void => {
        engine.run('trap', [3], 50, 1);
        engine.float32(65_536, 1);
      };
      expect(late).toThrow(BackendError);
      expect(late).toThrow(/the kernel 'trap' trapped/);
      expect(() => engine.finish()).not.toThrow();
    }));
});
