import { multiplyAdd } from './multiply-add';

// prettier-ignore
const table: usize = memory.data<f32>([
  -4.0, 4.0,
  -2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5, -7.34990630326855e-4,
  -2.95459980854025e-3, -1.60960333262415e-2,
  -1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3, -1.42647390514189e-2,
]);

@inline
function constant(i: i32): v128 {
  return v128.load32_splat(table + (<usize>i << 2));
}

/** The error function, right to 3e-7: the rational approximation of Eigen and XLA. A NaN stays. */
@inline
export function erf(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, constant(0)), constant(1));
  const square = f32x4.mul(x, x);
  let p = multiplyAdd(constant(2), square, constant(3));
  p = multiplyAdd(p, square, constant(4));
  p = multiplyAdd(p, square, constant(5));
  p = multiplyAdd(p, square, constant(6));
  p = multiplyAdd(p, square, constant(7));
  p = multiplyAdd(p, square, constant(8));
  let q = multiplyAdd(constant(9), square, constant(10));
  q = multiplyAdd(q, square, constant(11));
  q = multiplyAdd(q, square, constant(12));
  q = multiplyAdd(q, square, constant(13));
  return f32x4.div(f32x4.mul(x, p), q);
}
