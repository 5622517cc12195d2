import { exp } from './exponential';
import { largestNumberOf } from './reductions';
import { addLanes } from './row-sums';

/** `exp(x - shift)`, exactly 0 below 1e-38. */
@inline
function shifted(x: v128, shift: v128, limit: v128): v128 {
  const distance = f32x4.sub(x, shift);
  return v128.andnot(exp(distance), f32x4.lt(distance, limit));
}

/** `y[row] = exp(x[row] - max) / sum(exp(x[row] - max))`. Items are rows. */
export function softmax(x: usize, columns: u32, y: usize, from: u32, to: u32): void {
  const bytes = <usize>columns << 2;
  const limit = f32x4.splat(-87);
  for (let row = from; row < to; row++) {
    const source = x + <usize>row * bytes;
    const target = y + <usize>row * bytes;
    const shift = f32x4.splat(largestNumberOf(source, source + bytes));
    let sumA = f32x4.splat(0);
    let sumB = sumA;
    let at: usize = 0;
    for (; at + 32 <= bytes; at += 32) {
      const a = shifted(v128.load(source + at), shift, limit);
      const b = shifted(v128.load(source + at, 16), shift, limit);
      v128.store(target + at, a);
      v128.store(target + at, b, 16);
      sumA = f32x4.add(sumA, a);
      sumB = f32x4.add(sumB, b);
    }
    let sum = addLanes(sumA, sumB);
    for (; at < bytes; at += 4) {
      const a = shifted(v128.load32_zero(source + at), shift, limit);
      v128.store32_lane(target + at, a, 0);
      sum += f32x4.extract_lane(a, 0);
    }
    const factor = f32x4.splat(<f32>1 / sum);
    for (at = 0; at + 32 <= bytes; at += 32) {
      const a = f32x4.mul(v128.load(target + at), factor);
      const b = f32x4.mul(v128.load(target + at, 16), factor);
      v128.store(target + at, a);
      v128.store(target + at, b, 16);
    }
    for (; at < bytes; at += 4) v128.store32_lane(target + at, f32x4.mul(v128.load32_zero(target + at), factor), 0);
  }
}
