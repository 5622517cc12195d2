import { multiplyAdd as madd, negateMultiplyAdd as nmadd } from './multiply-add';

/*
 * Constants live in memory: V8 pairs broadcasts from memory into 256-bit ones, which it does not for literals.
 */
// prettier-ignore
const table: usize = memory.data<f32>([
  -87.33654, 88.72283, 1.4426950408889634, 12582912.0, 0.693359375, -2.12194440e-4,
  1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1.0,
  -87.0, 87.0, 2.0,
]);

/** A constant of the table in all lanes. */
@inline
function constant(i: i32): v128 {
  return v128.load32_splat(table + (<usize>i << 2));
}

/** `exp(x)` for x in [-87.3, 88.7]: `2^n exp(r)` with a polynomial of degree 7 (Cephes expf), 1 ulp. A NaN stays. */
@inline
export function expInRange(x: v128): v128 {
  // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits.
  const shifted = madd(x, constant(2), constant(3));
  const n = f32x4.sub(shifted, constant(3));
  const r = nmadd(n, constant(5), nmadd(n, constant(4), x));
  let p = madd(constant(6), r, constant(7));
  p = madd(p, r, constant(8));
  p = madd(p, r, constant(9));
  p = madd(p, r, constant(10));
  p = madd(p, r, constant(11));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), constant(12));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** `exp(x)`, at least 1e-38 and at most 3.4e38. A NaN stays. */
@inline
export function exp(x: v128): v128 {
  return expInRange(f32x4.pmin(f32x4.pmax(x, constant(0)), constant(1)));
}

/** `1 / (1 + exp(-x))`, never denormal. A NaN stays. */
@inline
export function sigmoid(x: v128): v128 {
  const e = expInRange(f32x4.pmin(f32x4.pmax(x, constant(13)), constant(14)));
  return f32x4.div(e, f32x4.add(constant(12), e));
}

/** `tanh(x) = 2 sigmoid(2 x) - 1`, right to 1e-7 absolute. */
@inline
export function tanh(x: v128): v128 {
  return f32x4.sub(f32x4.mul(constant(15), sigmoid(f32x4.add(x, x))), constant(12));
}
