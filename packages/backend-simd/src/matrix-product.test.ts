import fc from 'fast-check';
import { randomKey, randomNormal } from '@gptloom/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from './engine.ts';
import { multiply } from './matrix-product.ts';

const guard = 64;

interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batches: number;
  readonly transposedA: boolean;
  readonly transposedB: boolean;
  readonly biased: boolean;
}

/** The product on an engine, between guard words that must stay as they are. */
function product(engine: Engine, sizes: Sizes, a: Float32Array, b: Float32Array, bias: Float32Array): Float32Array {
  const { m, n, k, batches, biased, ...transposed } = sizes;
  const size = m * n * batches;
  const place = (values: Float32Array): { readonly start: number; readonly all: Float32Array } => {
    const start = engine.pool.allocate(4 * (values.length + 2 * guard));
    const all = engine.float32(start, values.length + 2 * guard).fill(12_345);
    all.set(values, guard);
    return { start: start + 4 * guard, all };
  };
  const blocks = [a, b, bias, new Float32Array(size).fill(NaN)].map(place);
  const [aBlock, bBlock, biasBlock, cBlock] = blocks as [(typeof blocks)[0], ...typeof blocks];
  multiply(engine, {
    ...{ m, n, k, batches, ...transposed, a: aBlock.start, b: bBlock!.start, c: cBlock!.start },
    ...{ aBatch: m * k, bBatch: k * n, bias: biased ? biasBlock!.start : undefined },
  });
  engine.finish();
  const result = cBlock!.all.slice(guard, guard + size);
  for (const { all, start } of blocks) {
    expect(all.subarray(0, guard).every((value) => value === 12_345)).toBe(true);
    expect(all.subarray(-guard).every((value) => value === 12_345)).toBe(true);
    engine.pool.release(start - 4 * guard, all.byteLength);
  }
  return result;
}

function expectProduct(
  computed: Float32Array,
  sizes: Sizes,
  a: Float32Array,
  b: Float32Array,
  bias: Float32Array,
): void {
  const { m, n, k, batches, transposedA, transposedB, biased } = sizes;
  for (let batch = 0; batch < batches; batch++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = biased ? bias[j]! : 0;
        let size = Math.abs(sum);
        for (let x = 0; x < k; x++) {
          const left = a[batch * m * k + (transposedA ? x * m + i : i * k + x)]!;
          const term = left * b[batch * k * n + (transposedB ? j * k + x : x * n + j)]!;
          sum += term;
          size += Math.abs(term);
        }
        const value = computed[(batch * m + i) * n + j]!;
        if (!(Math.abs(value - sum) <= 1e-6 * size)) expect([i, j, value]).toEqual([i, j, sum]);
      }
    }
  }
}

const drawn = (seed: number, { m, n, k, batches }: Sizes): [Float32Array, Float32Array, Float32Array] => {
  const draw = (part: number, size: number): Float32Array =>
    Float32Array.from(randomNormal(randomKey(seed + part), size));
  return [draw(0, m * k * batches), draw(1, k * n * batches), draw(2, n)];
};

describe('products', () => {
  let one: Engine;
  let two: Engine;
  beforeAll(async () => {
    [one, two] = await Promise.all([Engine.start({ threads: 1 }), Engine.start({ threads: 2 })]);
  });
  afterAll(() => {
    one.dispose();
    two.dispose();
  });

  for (const tileWidth of [8, 16] as const) {
    it(`equal plain loops for random sizes, and keep to their tensors, with tiles of ${tileWidth} columns`, () => {
      one.tileWidth = tileWidth;
      two.tileWidth = tileWidth;
      const size = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 150 }));
      fc.assert(
        fc.property(
          fc.record({
            ...{ m: size, n: size, k: fc.oneof(size, fc.integer({ min: 380, max: 800 })) },
            batches: fc.integer({ min: 1, max: 3 }),
            ...{ transposedA: fc.boolean(), transposedB: fc.boolean(), biased: fc.boolean() },
          }),
          fc.nat(),
          (sizes, seed) => {
            const values = drawn(seed, sizes);
            const result = product(one, sizes, ...values);
            expectProduct(result, sizes, ...values);
            expect(product(two, sizes, ...values)).toEqual(result);
          },
        ),
        { numRuns: 60, seed: 5 },
      );
    });
  }

  it('are the same bits for every number of threads and both tiles', async () => {
    const three = await Engine.start({ threads: 3, wideSimd: false });
    const sizes = { n: 283, k: 805, batches: 1, biased: true };
    for (const [m, transposedA, transposedB] of [
      [301, false, false],
      [301, false, true],
      [301, true, false],
      [3, false, true],
      [1, false, true],
    ] as const) {
      const shape = { ...sizes, m, transposedA, transposedB };
      const values = drawn(3, shape);
      const expected = product(one, shape, ...values);
      for (const engine of [two, three]) {
        for (const tileWidth of [8, 16] as const) {
          engine.tileWidth = tileWidth;
          expect(product(engine, shape, ...values)).toEqual(expected);
        }
      }
    }
    three.dispose();
  });

  it('carry NaN and infinities into the rows and columns they belong to, and no others', () => {
    const sizes = { m: 9, n: 21, k: 33, batches: 1, transposedA: false, transposedB: true, biased: false };
    const [a, b, bias] = drawn(1, sizes);
    a[4 * 33 + 7] = NaN;
    b[20 * 33 + 3] = Infinity;
    const c = product(two, sizes, a, b, bias);
    for (let i = 0; i < 9; i++) {
      for (let j = 0; j < 21; j++) {
        const value = c[i * 21 + j]!;
        if (i === 4) expect(value).toBeNaN();
        else expect(Number.isFinite(value)).toBe(j !== 20);
      }
    }
  });
});
