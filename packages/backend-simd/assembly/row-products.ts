import { multiplyAdd } from './multiply-add';

/** Sum of the lanes, in a fixed order. */
@inline
function sumOfLanes(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** `init + a b` for two rows of `k` numbers. */
@inline
function rowProduct(a: usize, b: usize, k: u32, init: f32): f32 {
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  let at: usize = 0;
  for (const end = <usize>(k & ~7) << 2; at < end; at += 32) {
    low = multiplyAdd(v128.load(a + at), v128.load(b + at), low);
    high = multiplyAdd(v128.load(a + at, 16), v128.load(b + at, 16), high);
  }
  let sum = sumOfLanes(low) + sumOfLanes(high);
  for (const end = <usize>k << 2; at < end; at += 4) sum += f32.load(a + at) * f32.load(b + at);
  return init + sum;
}

/**
 * `C = init + A B^T` for few rows of A: B `[n, k]` is read in place, once, eight rows side by side. A is `[m, k]`, C `[m, n]`;
 * `init` is a row of n numbers, or one number where `initColumns` is 0. A work item is eight columns of C.
 */
export function rowProducts(m: u32, n: u32, k: u32, a: usize, b: usize, c: usize, init: usize, initColumns: u32, from: u32, to: u32): void {
  const row = <usize>k << 2;
  for (let item = from; item < to; item++) {
    const first = item * 8;
    const count = min(n - first, 8);
    const b0 = b + <usize>first * row;
    for (let i: u32 = 0; i < m; i++) {
      const x = a + <usize>i * row;
      const y = c + ((<usize>i * n + first) << 2);
      if (count < 8) {
        for (let j: u32 = 0; j < count; j++) {
          const start = f32.load(init + (initColumns ? <usize>(first + j) << 2 : 0));
          f32.store(y + (<usize>j << 2), rowProduct(x, b0 + <usize>j * row, k, start));
        }
        continue;
      }
      const b1 = b0 + row, b2 = b1 + row, b3 = b2 + row, b4 = b3 + row, b5 = b4 + row, b6 = b5 + row, b7 = b6 + row;
      let l0 = f32x4.splat(0), h0 = l0, l1 = l0, h1 = l0, l2 = l0, h2 = l0, l3 = l0, h3 = l0;
      let l4 = l0, h4 = l0, l5 = l0, h5 = l0, l6 = l0, h6 = l0, l7 = l0, h7 = l0;
      let at: usize = 0;
      for (const end = <usize>(k & ~7) << 2; at < end; at += 32) {
        const low = v128.load(x + at), high = v128.load(x + at, 16);
        l0 = multiplyAdd(low, v128.load(b0 + at), l0);
        h0 = multiplyAdd(high, v128.load(b0 + at, 16), h0);
        l1 = multiplyAdd(low, v128.load(b1 + at), l1);
        h1 = multiplyAdd(high, v128.load(b1 + at, 16), h1);
        l2 = multiplyAdd(low, v128.load(b2 + at), l2);
        h2 = multiplyAdd(high, v128.load(b2 + at, 16), h2);
        l3 = multiplyAdd(low, v128.load(b3 + at), l3);
        h3 = multiplyAdd(high, v128.load(b3 + at, 16), h3);
        l4 = multiplyAdd(low, v128.load(b4 + at), l4);
        h4 = multiplyAdd(high, v128.load(b4 + at, 16), h4);
        l5 = multiplyAdd(low, v128.load(b5 + at), l5);
        h5 = multiplyAdd(high, v128.load(b5 + at, 16), h5);
        l6 = multiplyAdd(low, v128.load(b6 + at), l6);
        h6 = multiplyAdd(high, v128.load(b6 + at, 16), h6);
        l7 = multiplyAdd(low, v128.load(b7 + at), l7);
        h7 = multiplyAdd(high, v128.load(b7 + at, 16), h7);
      }
      let s0 = sumOfLanes(l0) + sumOfLanes(h0);
      let s1 = sumOfLanes(l1) + sumOfLanes(h1);
      let s2 = sumOfLanes(l2) + sumOfLanes(h2);
      let s3 = sumOfLanes(l3) + sumOfLanes(h3);
      let s4 = sumOfLanes(l4) + sumOfLanes(h4);
      let s5 = sumOfLanes(l5) + sumOfLanes(h5);
      let s6 = sumOfLanes(l6) + sumOfLanes(h6);
      let s7 = sumOfLanes(l7) + sumOfLanes(h7);
      for (const end = row; at < end; at += 4) {
        const value = f32.load(x + at);
        s0 += value * f32.load(b0 + at);
        s1 += value * f32.load(b1 + at);
        s2 += value * f32.load(b2 + at);
        s3 += value * f32.load(b3 + at);
        s4 += value * f32.load(b4 + at);
        s5 += value * f32.load(b5 + at);
        s6 += value * f32.load(b6 + at);
        s7 += value * f32.load(b7 + at);
      }
      const start = init + (initColumns ? <usize>first << 2 : 0);
      const step: usize = initColumns ? 4 : 0;
      f32.store(y, s0 + f32.load(start), 0);
      f32.store(y, s1 + f32.load(start + step), 4);
      f32.store(y, s2 + f32.load(start + 2 * step), 8);
      f32.store(y, s3 + f32.load(start + 3 * step), 12);
      f32.store(y, s4 + f32.load(start + 4 * step), 16);
      f32.store(y, s5 + f32.load(start + 5 * step), 20);
      f32.store(y, s6 + f32.load(start + 6 * step), 24);
      f32.store(y, s7 + f32.load(start + 7 * step), 28);
    }
  }
}
