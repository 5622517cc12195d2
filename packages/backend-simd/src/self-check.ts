import { BackendError } from '@gptloom/core';
import type { Engine } from './engine.ts';
import { multiply, type MatrixProduct } from './matrix-product.ts';

/**
 * Checks the products against plain loops, and chooses the tile: 256-bit operations are an experiment of V8's that it may leave out
 * without a word, and then the wide tile is several times slower.
 *
 * @throws BackendError when a kernel gives wrong numbers
 */
export function checkEngine(engine: Engine): void {
  const missing = engine.missing as string[];
  for (const tileWidth of [8, 16] as const) {
    engine.tileWidth = tileWidth;
    const wrong = checkProducts(engine);
    if (wrong !== undefined) {
      throw new BackendError({ who: 'simd', rule: 'kernels must agree with plain loops', received: wrong });
    }
  }
  if (!engine.wide) engine.tileWidth = 8;
  else if (timeOfTile(engine, 16) > 0.9 * timeOfTile(engine, 8)) {
    engine.tileWidth = 8;
    missing.push('no 256-bit operations: the processor or V8 does not make them');
  } else engine.tileWidth = 16;
}

/** Of a sum of float32 products, relative to the sum of their magnitudes. */
const tolerance = 5e-6;

// Waves instead of random numbers: exact to write down, and all different.
function fillWithWaves(values: Float32Array, phase: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.sin(1.7 * i + phase);
}

function checkProducts(engine: Engine): string | undefined {
  for (const [transposedA, transposedB] of [
    [false, false],
    [false, true],
    [true, false],
  ] as const) {
    for (const [m, n, k] of [
      [7, 19, 389],
      [2, 9, 21],
    ] as const) {
      const sizes = [m * k, k * n, m * n, n];
      const pointers = sizes.map((size) => engine.pool.allocate(4 * size));
      const [a, b, c, bias] = pointers.map((pointer, i) => engine.float32(pointer, sizes[i]!)) as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      for (const [phase, values] of [a, b, c, bias].entries()) fillWithWaves(values, phase);
      multiply(engine, {
        ...{ m, n, k, transposedA, transposedB },
        ...{ a: pointers[0]!, b: pointers[1]!, c: pointers[2]!, bias: pointers[3]! },
      } satisfies MatrixProduct);
      let worst = 0;
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = bias[j]!;
          let size = Math.abs(sum);
          for (let x = 0; x < k; x++) {
            const term = a[transposedA ? x * m + i : i * k + x]! * b[transposedB ? j * k + x : x * n + j]!;
            sum += term;
            size += Math.abs(term);
          }
          const difference = Math.abs(sum - c[i * n + j]!) / size;
          if (!(difference <= worst)) worst = difference;
        }
      }
      for (const [i, pointer] of pointers.entries()) engine.pool.release(pointer, 4 * sizes[i]!);
      if (!(worst < tolerance)) return `a product of ${m} x ${k} and ${k} x ${n} that is off by ${worst}`;
    }
  }
  return undefined;
}

/** Milliseconds of a product that fits into the caches and runs on this thread. */
function timeOfTile(engine: Engine, tileWidth: 8 | 16): number {
  engine.tileWidth = tileWidth;
  const [m, n, k] = [24, 32, 128];
  const pointer = engine.pool.allocate(4 * 16_384);
  engine.float32(pointer, 16_384).fill(0);
  let best = Infinity;
  for (let sample = 0; sample < 12; sample++) {
    const started = performance.now();
    for (let i = 0; i < 4; i++) {
      multiply(engine, { m, n, k, a: pointer, b: pointer + 4 * m * k, c: pointer + 4 * (m + n) * k });
    }
    best = Math.min(best, performance.now() - started);
  }
  engine.pool.release(pointer, 4 * 16_384);
  return best;
}
