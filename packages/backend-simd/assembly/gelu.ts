import { erf } from './error-function';
import { exp, sigmoid } from './exponential';
import { multiplyAdd } from './multiply-add';

/*
 * GELU and its gradient. With u = sqrt(2 / pi) (x + 0.044715 x^3), (1 + tanh u) / 2 is sigmoid(2 u), so that
 * y = x sigmoid(x (a + b x^2)). Items are numbers.
 */

// 2 sqrt(2 / pi), that times 0.044715, three times that; 1, 1 / 2, sqrt(1 / 2), -1 / 2, 1 / sqrt(2 pi).
// prettier-ignore
const table: usize = memory.data<f32>([
  1.5957691216057308, 0.07135481282, 0.21406443846, 1.0, 0.5, 0.7071067811865476, -0.5, 0.3989422804014327,
]);

@inline
function constant(i: i32): v128 {
  return v128.load32_splat(table + (<usize>i << 2));
}

@inline
function value(exact: bool, x: v128): v128 {
  if (exact) {
    const half = f32x4.mul(x, constant(4));
    return multiplyAdd(half, erf(f32x4.mul(x, constant(5))), half);
  }
  return f32x4.mul(x, sigmoid(f32x4.mul(x, multiplyAdd(f32x4.mul(x, x), constant(1), constant(0)))));
}

@inline
function slope(exact: bool, x: v128): v128 {
  const square = f32x4.mul(x, x);
  if (exact) {
    const gate = multiplyAdd(erf(f32x4.mul(x, constant(5))), constant(4), constant(4));
    return multiplyAdd(f32x4.mul(x, constant(7)), exp(f32x4.mul(square, constant(6))), gate);
  }
  // g + x g' with g' = g (1 - g) (a + 3 b x^2).
  const gate = sigmoid(f32x4.mul(x, multiplyAdd(square, constant(1), constant(0))));
  const inner = f32x4.mul(x, multiplyAdd(square, constant(2), constant(0)));
  return f32x4.mul(gate, multiplyAdd(inner, f32x4.sub(constant(3), gate), constant(3)));
}

@inline
function forward(exact: bool, x: usize, y: usize, from: u32, to: u32): void {
  let at = <usize>from << 2;
  const end = <usize>to << 2;
  for (; at + 32 <= end; at += 32) {
    const a = value(exact, v128.load(x + at));
    const b = value(exact, v128.load(x + at, 16));
    v128.store(y + at, a);
    v128.store(y + at, b, 16);
  }
  for (; at < end; at += 4) v128.store32_lane(y + at, value(exact, v128.load32_zero(x + at)), 0);
}

/** `y = gelu(x)`, and the slopes in place of x. */
@inline
function forwardWithSlopes(exact: bool, x: usize, y: usize, from: u32, to: u32): void {
  let at = <usize>from << 2;
  const end = <usize>to << 2;
  for (; at + 32 <= end; at += 32) {
    const p = v128.load(x + at);
    const q = v128.load(x + at, 16);
    const a = value(exact, p);
    const b = value(exact, q);
    const c = slope(exact, p);
    const d = slope(exact, q);
    v128.store(y + at, a);
    v128.store(y + at, b, 16);
    v128.store(x + at, c);
    v128.store(x + at, d, 16);
  }
  for (; at < end; at += 4) {
    const p = v128.load32_zero(x + at);
    v128.store32_lane(y + at, value(exact, p), 0);
    v128.store32_lane(x + at, slope(exact, p), 0);
  }
}

@inline
function backward(exact: bool, dy: usize, x: usize, dx: usize, from: u32, to: u32): void {
  let at = <usize>from << 2;
  const end = <usize>to << 2;
  for (; at + 32 <= end; at += 32) {
    const a = f32x4.mul(slope(exact, v128.load(x + at)), v128.load(dy + at));
    const b = f32x4.mul(slope(exact, v128.load(x + at, 16)), v128.load(dy + at, 16));
    v128.store(dx + at, a);
    v128.store(dx + at, b, 16);
  }
  for (; at < end; at += 4) {
    v128.store32_lane(dx + at, f32x4.mul(slope(exact, v128.load32_zero(x + at)), v128.load32_zero(dy + at)), 0);
  }
}

/** `y = gelu(x)` with the tanh approximation. */
export function geluTanh(x: usize, y: usize, from: u32, to: u32): void {
  forward(false, x, y, from, to);
}

/** `y = gelu(x)` with the error function. */
export function geluExact(x: usize, y: usize, from: u32, to: u32): void {
  forward(true, x, y, from, to);
}

/** `dx = dy gelu'(x)` with the tanh approximation. */
export function geluTanhGradient(dy: usize, x: usize, dx: usize, from: u32, to: u32): void {
  backward(false, dy, x, dx, from, to);
}

/** `dx = dy gelu'(x)` with the error function. */
export function geluExactGradient(dy: usize, x: usize, dx: usize, from: u32, to: u32): void {
  backward(true, dy, x, dx, from, to);
}

/** `y = gelu(x)` with the tanh approximation, and `x = gelu'(x)`. */
function geluTanhSlopes(x: usize, y: usize, from: u32, to: u32): void {
  forwardWithSlopes(false, x, y, from, to);
}

/** `y = gelu(x)` with the error function, and `x = gelu'(x)`. */
function geluExactSlopes(x: usize, y: usize, from: u32, to: u32): void {
  forwardWithSlopes(true, x, y, from, to);
}

/**
 * `y = gelu(x)` in either form, and with `slopes` the derivative in place of x; y may be x otherwise. The forms stay functions of their own,
 * which they do as long as there is more than one call of each: in one with two of their loops V8 pairs no operations.
 */
@inline
export function activate(exact: bool, slopes: bool, x: usize, y: usize, from: u32, to: u32): void {
  if (slopes) {
    if (exact) geluExactSlopes(x, y, from, to);
    else geluTanhSlopes(x, y, from, to);
  } else if (exact) geluExact(x, y, from, to);
  else geluTanh(x, y, from, to);
}
