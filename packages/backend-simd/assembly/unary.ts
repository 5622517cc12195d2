import { exp, sigmoid, tanh } from './exponential';

/*
 * Functions of one number. Items are numbers.
 */

const exponential = 0;
const logistic = 1;
const hyperbolicTangent = 2;
const square = 3;
const squareRoot = 4;
const reciprocalRoot = 5;
const rectifier = 6;
const negative = 7;
const absolute = 8;
const reciprocal = 9;
const step = 10;

@inline
function apply(op: i32, x: v128): v128 {
  if (op == exponential) {
    // Beyond the range of the polynomial the result is exactly 0 or infinite.
    const result = v128.andnot(exp(x), f32x4.lt(x, f32x4.splat(-87.33654)));
    return v128.bitselect(f32x4.splat(Infinity), result, f32x4.gt(x, f32x4.splat(88.72283)));
  }
  if (op == logistic) return sigmoid(x);
  if (op == hyperbolicTangent) {
    // Near 0 the difference of two numbers next to 1 would lose digits: x - x^3 / 3 + 2 x^5 / 15 - 17 x^7 / 315.
    const s = f32x4.mul(x, x);
    let p = f32x4.sub(f32x4.splat(2.0 / 15.0), f32x4.mul(s, f32x4.splat(17.0 / 315.0)));
    p = f32x4.sub(f32x4.mul(p, s), f32x4.splat(1.0 / 3.0));
    const near = f32x4.add(x, f32x4.mul(f32x4.mul(p, s), x));
    return v128.bitselect(near, tanh(x), f32x4.lt(f32x4.abs(x), f32x4.splat(0.2)));
  }
  if (op == square) return f32x4.mul(x, x);
  if (op == squareRoot) return f32x4.sqrt(x);
  if (op == reciprocalRoot) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  if (op == rectifier) return f32x4.max(x, f32x4.splat(0));
  if (op == negative) return f32x4.neg(x);
  if (op == absolute) return f32x4.abs(x);
  if (op == step) {
    const positive = v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.splat(1));
    return v128.bitselect(positive, x, f32x4.eq(x, x));
  }
  return f32x4.div(f32x4.splat(1), x);
}

@inline
function map(op: i32, x: usize, y: usize, from: u32, to: u32): void {
  let at = <usize>from << 2;
  const end = <usize>to << 2;
  for (; at + 32 <= end; at += 32) {
    const a = apply(op, v128.load(x + at));
    const b = apply(op, v128.load(x + at, 16));
    v128.store(y + at, a);
    v128.store(y + at, b, 16);
  }
  for (; at < end; at += 4) v128.store32_lane(y + at, apply(op, v128.load32_zero(x + at)), 0);
}

/** `y = exp(x)`. */
export function exponentialOf(x: usize, y: usize, from: u32, to: u32): void {
  map(exponential, x, y, from, to);
}

/** `y = 1 / (1 + exp(-x))`. */
export function sigmoidOf(x: usize, y: usize, from: u32, to: u32): void {
  map(logistic, x, y, from, to);
}

/** `y = tanh(x)`. */
export function tanhOf(x: usize, y: usize, from: u32, to: u32): void {
  map(hyperbolicTangent, x, y, from, to);
}

/** `y = x^2`. */
export function squareOf(x: usize, y: usize, from: u32, to: u32): void {
  map(square, x, y, from, to);
}

/** `y = sqrt(x)`. */
export function squareRootOf(x: usize, y: usize, from: u32, to: u32): void {
  map(squareRoot, x, y, from, to);
}

/** `y = 1 / sqrt(x)`. */
export function reciprocalRootOf(x: usize, y: usize, from: u32, to: u32): void {
  map(reciprocalRoot, x, y, from, to);
}

/** `y = max(x, 0)`. */
export function rectifierOf(x: usize, y: usize, from: u32, to: u32): void {
  map(rectifier, x, y, from, to);
}

/** `y = -x`. */
export function negativeOf(x: usize, y: usize, from: u32, to: u32): void {
  map(negative, x, y, from, to);
}

/** `y = |x|`. */
export function absoluteOf(x: usize, y: usize, from: u32, to: u32): void {
  map(absolute, x, y, from, to);
}

/** `y = 1 / x`. */
export function reciprocalOf(x: usize, y: usize, from: u32, to: u32): void {
  map(reciprocal, x, y, from, to);
}

/** `y = 1` where x is above 0, 0 elsewhere, NaN where x is. */
export function stepOf(x: usize, y: usize, from: u32, to: u32): void {
  map(step, x, y, from, to);
}

/** `y = log(x)`. */
export function logarithmOf(x: usize, y: usize, from: u32, to: u32): void {
  for (let i: usize = from; i < to; i++) store<f32>(y + (i << 2), Mathf.log(load<f32>(x + (i << 2))));
}
