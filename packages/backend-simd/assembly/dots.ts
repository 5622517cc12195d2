import { multiplyAdd } from './multiply-add';
import { addLanes } from './row-sums';

/*
 * Products of rows that are read in place, each summed in the same order, alone or four at a time.
 */

/** `a b` for two rows of `bytes`. */
@inline
export function dot(a: usize, b: usize, bytes: usize): f32 {
  let low = f32x4.splat(0), high = low;
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    low = multiplyAdd(v128.load(a + at), v128.load(b + at), low);
    high = multiplyAdd(v128.load(a + at, 16), v128.load(b + at, 16), high);
  }
  let sum = addLanes(low, high);
  for (; at < bytes; at += 4) sum += load<f32>(a + at) * load<f32>(b + at);
  return sum;
}

/** `y += x b` for four rows of b that lie `stride` apart, and four numbers y that lie `yStride` apart. */
@inline
export function addFourDots(x: usize, b: usize, stride: usize, bytes: usize, y: usize, yStride: usize): void {
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
  let s0 = addLanes(l0, h0), s1 = addLanes(l1, h1), s2 = addLanes(l2, h2), s3 = addLanes(l3, h3);
  for (; at < bytes; at += 4) {
    const value = load<f32>(x + at);
    s0 += value * load<f32>(b + at);
    s1 += value * load<f32>(b1 + at);
    s2 += value * load<f32>(b2 + at);
    s3 += value * load<f32>(b3 + at);
  }
  const y2 = y + 2 * yStride;
  store<f32>(y, load<f32>(y) + s0);
  store<f32>(y + yStride, load<f32>(y + yStride) + s1);
  store<f32>(y2, load<f32>(y2) + s2);
  store<f32>(y2 + yStride, load<f32>(y2 + yStride) + s3);
}
