import type { Engine } from './engine.ts';
import { multiply } from './matrix-product.ts';

/**
 * Whether `a * b + c` is rounded once. Relaxed SIMD allows it and does not promise it: processors without the operation, and some
 * browsers, round twice.
 */
export function hasFusedMultiplyAdd(engine: Engine): boolean {
  const { pool } = engine;
  const [a, b, c] = [pool.allocate(8), pool.allocate(8), pool.allocate(4)];
  const x = 1 + 2 ** -12;
  // x * x is 1 + 2^-11 + 2^-24, whose last term does not fit into a float32.
  engine.float32(a, 2).set([-(1 + 2 ** -11), x]);
  engine.float32(b, 2).set([1, x]);
  multiply(engine, { m: 1, n: 1, k: 2, a, b, c });
  const rest = engine.float32(c, 1)[0];
  pool.release(a, 8);
  pool.release(b, 8);
  pool.release(c, 4);
  return rest === 2 ** -24;
}
