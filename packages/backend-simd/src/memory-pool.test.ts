import { BackendError } from '@gptloom/core';
import { describe, expect, it } from 'vitest';
import { heapStart, pageBytes } from './memory-map.ts';
import { bucketBytes, MemoryPool } from './memory-pool.ts';

const mebibyte = 2 ** 20;
const poolOf = (limit: number): MemoryPool =>
  new MemoryPool(new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true }), limit);

describe('bucketBytes', () => {
  it('rounds up by at most 1/64, to multiples of 64', () => {
    expect([0, 1, 64, 65].map(bucketBytes)).toEqual([64, 64, 64, 128]);
    for (let bytes = 1; bytes < 500_000_000; bytes = Math.ceil(bytes * 1.07)) {
      const bucket = bucketBytes(bytes);
      expect(bucket % 64).toBe(0);
      expect(bucket).toBeGreaterThanOrEqual(bytes);
      expect(bucket).toBeLessThan(bytes + Math.max(64, bytes / 63));
      expect(bucketBytes(bucket)).toBe(bucket);
    }
  });
});

describe('MemoryPool', () => {
  it('gives aligned blocks that do not overlap, and gives freed ones again', () => {
    const pool = poolOf(2 ** 32);
    const sizes = [1, 64, 100, 5000, 70_000, 0, 1_000_003];
    const blocks = sizes.map((size) => ({ size, start: pool.allocate(size) }));
    for (const { start } of blocks) {
      expect(start % 64).toBe(0);
      expect(start).toBeGreaterThanOrEqual(heapStart);
    }
    const ordered = [...blocks].sort((a, b) => a.start - b.start);
    for (const [i, { start }] of ordered.entries()) {
      const before = ordered[i - 1];
      if (before !== undefined) expect(start).toBeGreaterThanOrEqual(before.start + before.size);
    }
    const { committed } = pool.use;
    for (let step = 0; step < 100; step++) {
      for (const { start, size } of blocks) pool.release(start, size);
      expect(pool.use.used).toBe(0);
      for (const block of blocks) block.start = pool.allocate(block.size);
    }
    expect(pool.use.committed).toBe(committed);
  });

  it('tells the most that was in use at once', () => {
    const pool = poolOf(2 ** 32);
    pool.release(pool.allocate(3 * mebibyte), 3 * mebibyte);
    const block = pool.allocate(mebibyte);
    pool.reserve();
    expect(pool.use).toMatchObject({ used: mebibyte, peak: 3 * mebibyte, limit: 2 ** 32, reserved: mebibyte });
    pool.resetPeak();
    expect(pool.use.peak).toBe(mebibyte);
    pool.release(block, mebibyte);
  });

  it('joins freed neighbours before it gives up', () => {
    const pool = poolOf(heapStart + 16 * mebibyte);
    const blocks = Array.from({ length: 16 }, () => pool.allocate(mebibyte));
    for (const block of blocks) pool.release(block, mebibyte);
    const large = pool.allocate(12 * mebibyte);
    expect(pool.use.used).toBe(12 * mebibyte);
    pool.release(large, 12 * mebibyte);
    // Holes between blocks in use are cut anew too.
    const again = Array.from({ length: 16 }, () => pool.allocate(mebibyte));
    for (const [i, block] of again.entries()) if (i % 4 !== 0) pool.release(block, mebibyte);
    expect(pool.allocate(3 * mebibyte)).toBeGreaterThanOrEqual(heapStart);
    expect(pool.use.used).toBe(7 * mebibyte);
  });

  it('finds the room that freed blocks leave at the top, without growing', () => {
    const pool = poolOf(2 ** 32);
    const blocks = Array.from({ length: 4 }, () => pool.allocate(16 * mebibyte));
    const { committed } = pool.use;
    expect(committed).toBe(heapStart + 64 * mebibyte);
    for (const block of blocks.slice(1)) pool.release(block, 16 * mebibyte);
    expect(pool.allocate(40 * mebibyte)).toBe(blocks[1]);
    expect(pool.use).toMatchObject({ committed, used: 56 * mebibyte, free: 0 });
  });

  it('finds that room when it can not grow, even where little is free', () => {
    const pool = poolOf(heapStart + 64 * mebibyte);
    const blocks = Array.from({ length: 64 }, () => pool.allocate(mebibyte));
    for (const block of blocks.slice(60)) pool.release(block, mebibyte);
    expect(pool.allocate(4 * mebibyte)).toBe(blocks[60]);
    expect(pool.use).toMatchObject({ used: 64 * mebibyte, free: 0 });
  });

  it('refuses what does not fit, says what would, and goes on', () => {
    const pool = poolOf(64 * pageBytes);
    const block = pool.allocate(mebibyte);
    const { used } = pool.use;
    expect(() => pool.allocate(8 * mebibyte)).toThrow(BackendError);
    expect(() => pool.allocate(8 * mebibyte)).toThrow(
      /a tensor of 8\.0 MiB with 1\.0 MiB in use.*at most 2\.9 MiB fit/,
    );
    expect(pool.use.used).toBe(used);
    pool.release(block, mebibyte);
    expect(pool.allocate(2 * mebibyte)).toBeGreaterThanOrEqual(heapStart);
  });
});
