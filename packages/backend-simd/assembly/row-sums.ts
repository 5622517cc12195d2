import { multiplyAdd } from './multiply-add';
import { storeAccumulators } from './thread-scratch';

/*
 * Sums over a row, always in the same order: eight running sums, then the rest one by one.
 */

/** The sum of two accumulators that were summed side by side. */
@inline
export function addLanes(a: v128, b: v128): f32 {
  const sums = storeAccumulators(a, b);
  const x = f32x4.add(v128.load(sums), v128.load(sums, 16));
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** Sum of the numbers from byte `x` to byte `end`. */
export function sumOf(x: usize, end: usize): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (; x + 64 <= end; x += 64) {
    a = f32x4.add(a, v128.load(x));
    b = f32x4.add(b, v128.load(x, 16));
    c = f32x4.add(c, v128.load(x, 32));
    d = f32x4.add(d, v128.load(x, 48));
  }
  let sum = addLanes(f32x4.add(a, c), f32x4.add(b, d));
  for (; x < end; x += 4) sum += load<f32>(x);
  return sum;
}

/** Sum of the squares of the numbers less `shift`, from byte `x` to byte `end`. */
export function sumOfSquares(x: usize, end: usize, shift: f32): f32 {
  const minus = f32x4.splat(shift);
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (; x + 64 <= end; x += 64) {
    const p = f32x4.sub(v128.load(x), minus);
    const q = f32x4.sub(v128.load(x, 16), minus);
    const r = f32x4.sub(v128.load(x, 32), minus);
    const s = f32x4.sub(v128.load(x, 48), minus);
    a = multiplyAdd(p, p, a);
    b = multiplyAdd(q, q, b);
    c = multiplyAdd(r, r, c);
    d = multiplyAdd(s, s, d);
  }
  let sum = addLanes(f32x4.add(a, c), f32x4.add(b, d));
  for (; x < end; x += 4) sum += (load<f32>(x) - shift) * (load<f32>(x) - shift);
  return sum;
}
