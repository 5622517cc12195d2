import { multiplyAdd } from './multiply-add';
import { addLanes, sumOf, sumOfSquares } from './row-sums';

/*
 * Layer norm and RMS norm. Items of the forward kernels are rows. Items of the gradients are chunks of `chunkRows` rows, each
 * of which writes sums of its own for the weight and the bias, which `addParts` adds up in order.
 */

/** `y = (x - mean) reciprocalStd weight + bias`; `bias` is 0 where there is none, `mean` and `reciprocalStd` where they are not wanted. */
export function layerNorm(
  x: usize, weight: usize, bias: usize, y: usize, mean: usize, reciprocalStd: usize, dim: u32, eps: f32,
  from: u32, to: u32,
): void {
  const bytes = <usize>dim << 2;
  for (let row = from; row < to; row++) {
    const start = x + <usize>row * bytes;
    const shift = sumOf(start, start + bytes) / <f32>dim;
    const factor: f32 = <f32>1 / sqrt<f32>(sumOfSquares(start, start + bytes, shift) / <f32>dim + eps);
    if (mean) {
      store<f32>(mean + (<usize>row << 2), shift);
      store<f32>(reciprocalStd + (<usize>row << 2), factor);
    }
    normalize(start, weight, bias, y + <usize>row * bytes, bytes, shift, factor);
  }
}

/** `y = x reciprocalRms weight`; `reciprocalRms` is 0 where it is not wanted. */
export function rmsNorm(
  x: usize, weight: usize, y: usize, reciprocalRms: usize, dim: u32, eps: f32, from: u32, to: u32,
): void {
  const bytes = <usize>dim << 2;
  for (let row = from; row < to; row++) {
    const start = x + <usize>row * bytes;
    const factor: f32 = <f32>1 / sqrt<f32>(sumOfSquares(start, start + bytes, 0) / <f32>dim + eps);
    if (reciprocalRms) store<f32>(reciprocalRms + (<usize>row << 2), factor);
    normalize(start, weight, 0, y + <usize>row * bytes, bytes, 0, factor);
  }
}

function normalize(x: usize, weight: usize, bias: usize, y: usize, bytes: usize, shift: f32, factor: f32): void {
  const minus = f32x4.splat(shift);
  const times = f32x4.splat(factor);
  let at: usize = 0;
  if (bias) {
    for (; at + 32 <= bytes; at += 32) {
      const a = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(x + at), minus), times), v128.load(weight + at));
      const b = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(x + at, 16), minus), times), v128.load(weight + at, 16));
      const c = f32x4.add(a, v128.load(bias + at));
      const d = f32x4.add(b, v128.load(bias + at, 16));
      v128.store(y + at, c);
      v128.store(y + at, d, 16);
    }
  } else {
    for (; at + 32 <= bytes; at += 32) {
      const a = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(x + at), minus), times), v128.load(weight + at));
      const b = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(x + at, 16), minus), times), v128.load(weight + at, 16));
      v128.store(y + at, a);
      v128.store(y + at, b, 16);
    }
  }
  for (; at < bytes; at += 4) {
    const scaled = (load<f32>(x + at) - shift) * factor * load<f32>(weight + at);
    store<f32>(y + at, bias ? scaled + load<f32>(bias + at) : scaled);
  }
}

/**
 * Gradients of layer norm; with `adds` that of x is added to what dx holds. Of chunk c, parts hold the gradient of the weight at
 * row 2 c and that of the bias at 2 c + 1.
 */
export function layerNormGradient(
  dy: usize, x: usize, weight: usize, mean: usize, reciprocalStd: usize, dx: usize, adds: bool, parts: usize, dim: u32,
  rows: u32, chunkRows: u32, from: u32, to: u32,
): void {
  const bytes = <usize>dim << 2;
  for (let chunk = from; chunk < to; chunk++) {
    const gradWeight = parts + <usize>chunk * bytes * 2;
    const gradBias = gradWeight + bytes;
    memory.fill(gradWeight, 0, bytes * 2);
    const end = min(rows, (chunk + 1) * chunkRows);
    for (let row = chunk * chunkRows; row < end; row++) {
      const offset = <usize>row * bytes;
      const shift = load<f32>(mean + (<usize>row << 2));
      const factor = load<f32>(reciprocalStd + (<usize>row << 2));
      if (adds) gradientOfRow(true, true, dy + offset, x + offset, weight, dx + offset, gradWeight, gradBias, bytes, dim, shift, factor);
      else gradientOfRow(true, false, dy + offset, x + offset, weight, dx + offset, gradWeight, gradBias, bytes, dim, shift, factor);
    }
  }
}

/** Gradients of RMS norm, with `adds` as that of layer norm. Parts hold the gradient of the weight of each chunk. */
export function rmsNormGradient(
  dy: usize, x: usize, weight: usize, reciprocalRms: usize, dx: usize, adds: bool, parts: usize, dim: u32, rows: u32,
  chunkRows: u32, from: u32, to: u32,
): void {
  const bytes = <usize>dim << 2;
  for (let chunk = from; chunk < to; chunk++) {
    const gradWeight = parts + <usize>chunk * bytes;
    memory.fill(gradWeight, 0, bytes);
    const end = min(rows, (chunk + 1) * chunkRows);
    for (let row = chunk * chunkRows; row < end; row++) {
      const offset = <usize>row * bytes;
      const factor = load<f32>(reciprocalRms + (<usize>row << 2));
      if (adds) gradientOfRow(false, true, dy + offset, x + offset, weight, dx + offset, gradWeight, 0, bytes, dim, 0, factor);
      else gradientOfRow(false, false, dy + offset, x + offset, weight, dx + offset, gradWeight, 0, bytes, dim, 0, factor);
    }
  }
}

/**
 * With n = (x - mean) factor and g = dy weight: `dx = factor (g - mean(g) - n mean(g n))`, without `mean(g)` for RMS norm.
 * Adds `dy n` to the gradient of the weight and `dy` to that of the bias; `adds` adds `dx` to what is there too.
 */
@inline
function gradientOfRow(
  centered: bool, adds: bool, dy: usize, x: usize, weight: usize, dx: usize, gradWeight: usize, gradBias: usize, bytes: usize,
  dim: u32, shift: f32, factor: f32,
): void {
  const minus = f32x4.splat(shift);
  const times = f32x4.splat(factor);
  let sumA = f32x4.splat(0), sumB = sumA, alongA = sumA, alongB = sumA;
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    const n = f32x4.mul(f32x4.sub(v128.load(x + at), minus), times);
    const o = f32x4.mul(f32x4.sub(v128.load(x + at, 16), minus), times);
    const g = f32x4.mul(v128.load(dy + at), v128.load(weight + at));
    const h = f32x4.mul(v128.load(dy + at, 16), v128.load(weight + at, 16));
    if (centered) {
      sumA = f32x4.add(sumA, g);
      sumB = f32x4.add(sumB, h);
    }
    alongA = multiplyAdd(g, n, alongA);
    alongB = multiplyAdd(h, o, alongB);
  }
  let sum = addLanes(sumA, sumB);
  let along = addLanes(alongA, alongB);
  for (; at < bytes; at += 4) {
    const g = load<f32>(dy + at) * load<f32>(weight + at);
    sum += g;
    along += g * (load<f32>(x + at) - shift) * factor;
  }
  const across = centered ? sum / <f32>dim : 0;
  along /= <f32>dim;
  const acrossAll = f32x4.splat(across);
  const alongAll = f32x4.splat(-along);
  for (at = 0; at + 32 <= bytes; at += 32) {
    const n = f32x4.mul(f32x4.sub(v128.load(x + at), minus), times);
    const o = f32x4.mul(f32x4.sub(v128.load(x + at, 16), minus), times);
    const d = v128.load(dy + at);
    const e = v128.load(dy + at, 16);
    let g = f32x4.mul(d, v128.load(weight + at));
    let h = f32x4.mul(e, v128.load(weight + at, 16));
    if (centered) {
      g = f32x4.sub(g, acrossAll);
      h = f32x4.sub(h, acrossAll);
    }
    const w = multiplyAdd(d, n, v128.load(gradWeight + at));
    const v = multiplyAdd(e, o, v128.load(gradWeight + at, 16));
    let a = f32x4.mul(multiplyAdd(n, alongAll, g), times);
    let b = f32x4.mul(multiplyAdd(o, alongAll, h), times);
    if (adds) {
      a = f32x4.add(a, v128.load(dx + at));
      b = f32x4.add(b, v128.load(dx + at, 16));
    }
    v128.store(dx + at, a);
    v128.store(dx + at, b, 16);
    v128.store(gradWeight + at, w);
    v128.store(gradWeight + at, v, 16);
    if (centered) {
      const p = f32x4.add(v128.load(gradBias + at), d);
      const q = f32x4.add(v128.load(gradBias + at, 16), e);
      v128.store(gradBias + at, p);
      v128.store(gradBias + at, q, 16);
    }
  }
  for (; at < bytes; at += 4) {
    const n = (load<f32>(x + at) - shift) * factor;
    const d = load<f32>(dy + at);
    const g = (d * load<f32>(weight + at) - across - n * along) * factor;
    store<f32>(dx + at, adds ? load<f32>(dx + at) + g : g);
    store<f32>(gradWeight + at, load<f32>(gradWeight + at) + d * n);
    if (centered) store<f32>(gradBias + at, load<f32>(gradBias + at) + d);
  }
}
