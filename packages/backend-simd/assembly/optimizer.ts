import { sumOfSquares } from './row-sums';

/*
 * Kernels over many tensors at once. A table has an entry for each: pointers, the size, the number of items of all tensors
 * before it, and its settings. An item is a block of 16384 numbers of one tensor.
 */

const blockSize: u32 = 16384;

@unmanaged
class SquareEntry {
  x: usize;
  size: u32;
  firstItem: u32;
}

@unmanaged
class AdamWEntry {
  value: usize;
  gradient: usize;
  mean: usize;
  square: usize;
  size: u32;
  firstItem: u32;
  kept: f32;
  stepSize: f32;
  eps: f32;
}

/** `parts[item] = sum of the squares of the block`. */
export function squareSums(table: usize, count: u32, parts: usize, from: u32, to: u32): void {
  let index: u32 = 0;
  for (let item = from; item < to; item++) {
    while (index + 1 < count && changetype<SquareEntry>(table + (index + 1) * offsetof<SquareEntry>()).firstItem <= item) index++;
    const entry = changetype<SquareEntry>(table + index * offsetof<SquareEntry>());
    const first = (item - entry.firstItem) * blockSize;
    const start = entry.x + (<usize>first << 2);
    const end = start + (<usize>min(blockSize, entry.size - first) << 2);
    store<f32>(parts + (<usize>item << 2), sumOfSquares(start, end, 0));
  }
}

/** `y = sum over i < count of parts[i]`, added in float64. One item. */
export function sumOfParts(parts: usize, count: u32, y: usize, from: u32, to: u32): void {
  let sum: f64 = 0;
  for (let i: u32 = 0; i < count; i++) sum += <f64>load<f32>(parts + (<usize>i << 2));
  store<f32>(y, <f32>sum);
}

/**
 * `mean = beta1 mean + gradientShare g; square = beta2 square + squareShare g^2;
 * value = kept value - stepSize mean / (sqrt(square) + eps)`, in place.
 */
export function adamW(
  table: usize, count: u32, beta1: f32, gradientShare: f32, beta2: f32, squareShare: f32, from: u32, to: u32,
): void {
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const g1 = f32x4.splat(gradientShare);
  const g2 = f32x4.splat(squareShare);
  let index: u32 = 0;
  for (let item = from; item < to; item++) {
    while (index + 1 < count && changetype<AdamWEntry>(table + (index + 1) * offsetof<AdamWEntry>()).firstItem <= item) index++;
    const entry = changetype<AdamWEntry>(table + index * offsetof<AdamWEntry>());
    const first = (item - entry.firstItem) * blockSize;
    const value = entry.value;
    const gradient = entry.gradient;
    const mean = entry.mean;
    const square = entry.square;
    const kept = f32x4.splat(entry.kept);
    const step = f32x4.splat(entry.stepSize);
    const eps = f32x4.splat(entry.eps);
    let at = <usize>first << 2;
    const end = at + (<usize>min(blockSize, entry.size - first) << 2);
    for (; at + 32 <= end; at += 32) {
      const g = v128.load(gradient + at);
      const h = v128.load(gradient + at, 16);
      const m = f32x4.add(f32x4.mul(v128.load(mean + at), b1), f32x4.mul(g, g1));
      const n = f32x4.add(f32x4.mul(v128.load(mean + at, 16), b1), f32x4.mul(h, g1));
      const s = f32x4.add(f32x4.mul(v128.load(square + at), b2), f32x4.mul(f32x4.mul(g, g), g2));
      const t = f32x4.add(f32x4.mul(v128.load(square + at, 16), b2), f32x4.mul(f32x4.mul(h, h), g2));
      const d = f32x4.mul(f32x4.div(m, f32x4.add(f32x4.sqrt(s), eps)), step);
      const e = f32x4.mul(f32x4.div(n, f32x4.add(f32x4.sqrt(t), eps)), step);
      const v = f32x4.sub(f32x4.mul(v128.load(value + at), kept), d);
      const w = f32x4.sub(f32x4.mul(v128.load(value + at, 16), kept), e);
      v128.store(mean + at, m);
      v128.store(mean + at, n, 16);
      v128.store(square + at, s);
      v128.store(square + at, t, 16);
      v128.store(value + at, v);
      v128.store(value + at, w, 16);
    }
    for (; at < end; at += 4) {
      const g = load<f32>(gradient + at);
      const m = load<f32>(mean + at) * beta1 + g * gradientShare;
      const s = load<f32>(square + at) * beta2 + g * g * squareShare;
      store<f32>(mean + at, m);
      store<f32>(square + at, s);
      store<f32>(value + at, load<f32>(value + at) * entry.kept - (m / (sqrt<f32>(s) + entry.eps)) * entry.stepSize);
    }
  }
}
