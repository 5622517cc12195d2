import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutProduct } from './cut-product.ts';

const size = fc.integer({ min: 1, max: 60_000 });

describe('cutProduct', () => {
  it('cuts into blocks of whole tiles that fit into the working space', () => {
    const cases = fc.tuple(size, size, size, fc.boolean(), fc.integer({ min: 1, max: 16 }), fc.constantFrom(8, 16));
    fc.assert(
      fc.property(cases, ([m, n, k, transposedA, threads, width]) => {
        const tileWidth = width as 8 | 16;
        const cut = cutProduct({ m, n, k, transposedA, a: 0, b: 0, c: 0 }, { threads, tileWidth });
        expect(cut.blockRows % (tileWidth === 16 ? 6 : 4)).toBe(0);
        expect(cut.blockColumns % tileWidth).toBe(0);
        expect(cut.blockColumns).toBeLessThanOrEqual(512);
        expect(cut.blockRows).toBeGreaterThan(0);
      }),
    );
  });

  it('has work for all threads where there is much', () => {
    for (const threads of [1, 2, 3, 8, 16]) {
      for (const [m, n, k] of [
        [768, 512, 128],
        [2048, 384, 1536],
        [256, 50_257, 768],
      ] as const) {
        const { blockRows, blockColumns } = cutProduct({ m, n, k, a: 0, b: 0, c: 0 }, { threads, tileWidth: 16 });
        expect(Math.ceil(m / blockRows) * Math.ceil(n / blockColumns)).toBeGreaterThanOrEqual(threads);
      }
    }
  });

  it('packs a small product once', () => {
    expect(cutProduct({ m: 5, n: 30, k: 20, a: 0, b: 0, c: 0 }, { threads: 1, tileWidth: 16 })).toEqual({
      blockRows: 6,
      blockColumns: 32,
    });
  });
});
