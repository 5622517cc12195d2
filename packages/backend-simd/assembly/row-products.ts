import { multiplyAdd } from './multiply-add';

/** Sum of all lanes of two vectors, in a fixed order. */
@inline
function sumOfLanes(low: v128, high: v128): f32 {
  const a = f32x4.extract_lane(low, 0) + f32x4.extract_lane(low, 1) + (f32x4.extract_lane(low, 2) + f32x4.extract_lane(low, 3));
  const b = f32x4.extract_lane(high, 0) + f32x4.extract_lane(high, 1) + (f32x4.extract_lane(high, 2) + f32x4.extract_lane(high, 3));
  return a + b;
}

/** `a b` for two rows of `bytes`, in the order of `fourProducts`. */
@inline
function oneProduct(a: usize, b: usize, bytes: usize): f32 {
  let low = f32x4.splat(0), high = low;
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    low = multiplyAdd(v128.load(a + at), v128.load(b + at), low);
    high = multiplyAdd(v128.load(a + at, 16), v128.load(b + at, 16), high);
  }
  let sum = sumOfLanes(low, high);
  for (; at < bytes; at += 4) sum += f32.load(a + at) * f32.load(b + at);
  return sum;
}

/** `y += x b` for four rows of b that lie `stride` apart, and four numbers y that lie `yStride` apart. */
@inline
function addFourProducts(x: usize, b: usize, stride: usize, bytes: usize, y: usize, yStride: usize): void {
  const b1 = b + stride, b2 = b1 + stride, b3 = b2 + stride;
  let l0 = f32x4.splat(0), h0 = l0, l1 = l0, h1 = l0, l2 = l0, h2 = l0, l3 = l0, h3 = l0;
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    const low = v128.load(x + at), high = v128.load(x + at, 16);
    l0 = multiplyAdd(low, v128.load(b + at), l0);
    h0 = multiplyAdd(high, v128.load(b + at, 16), h0);
    l1 = multiplyAdd(low, v128.load(b1 + at), l1);
    h1 = multiplyAdd(high, v128.load(b1 + at, 16), h1);
    l2 = multiplyAdd(low, v128.load(b2 + at), l2);
    h2 = multiplyAdd(high, v128.load(b2 + at, 16), h2);
    l3 = multiplyAdd(low, v128.load(b3 + at), l3);
    h3 = multiplyAdd(high, v128.load(b3 + at, 16), h3);
  }
  let s0 = sumOfLanes(l0, h0), s1 = sumOfLanes(l1, h1), s2 = sumOfLanes(l2, h2), s3 = sumOfLanes(l3, h3);
  for (; at < bytes; at += 4) {
    const value = f32.load(x + at);
    s0 += value * f32.load(b + at);
    s1 += value * f32.load(b1 + at);
    s2 += value * f32.load(b2 + at);
    s3 += value * f32.load(b3 + at);
  }
  const y2 = y + 2 * yStride;
  f32.store(y, f32.load(y) + s0);
  f32.store(y + yStride, f32.load(y + yStride) + s1);
  f32.store(y2, f32.load(y2) + s2);
  f32.store(y2 + yStride, f32.load(y2 + yStride) + s3);
}

/**
 * `C = init + A B^T` for few rows of A: B `[n, k]` is read in place, once. A is `[m, k]`, C `[m, n]`; `C[i, j]` starts from
 * `init[i initRow + j initColumn]`. A work item is a column of C, a row of B.
 *
 * Four rows go together, a quarter of the items apart: each of the four streams then runs on from row to row, which the
 * processor's prefetching follows. Neighbouring rows start anew at each row, and reach three quarters of the bandwidth.
 */
export function rowProducts(
  m: u32, n: u32, k: u32, a: usize, b: usize, c: usize, init: usize, initRow: u32, initColumn: u32, from: u32, to: u32,
): void {
  const bytes = <usize>k << 2;
  const quarter = (to - from) >> 2;
  for (let i: u32 = 0; i < m; i++) {
    const start = init + ((<usize>i * initRow + <usize>from * initColumn) << 2);
    const y = c + ((<usize>i * n + from) << 2);
    for (let j: u32 = 0; j < to - from; j++) f32.store(y + (<usize>j << 2), f32.load(start + (<usize>(j * initColumn) << 2)));
  }
  for (let j = from; j < from + quarter; j++) {
    for (let i: u32 = 0; i < m; i++) {
      const y = c + ((<usize>i * n + j) << 2);
      addFourProducts(a + <usize>i * bytes, b + <usize>j * bytes, <usize>quarter * bytes, bytes, y, <usize>quarter << 2);
    }
  }
  for (let j = from + 4 * quarter; j < to; j++) {
    for (let i: u32 = 0; i < m; i++) {
      const y = c + ((<usize>i * n + j) << 2);
      f32.store(y, f32.load(y) + oneProduct(a + <usize>i * bytes, b + <usize>j * bytes, bytes));
    }
  }
}
