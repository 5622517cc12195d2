/*
 * Comparisons with broadcasting, as in binary.ts; a truth value is a byte, 0 or 1. What is compared with NaN is false, but for
 * `different`. Items are rows.
 */

const isEqual = 0;
const isDifferent = 1;
const isGreater = 2;
const isGreaterOrEqual = 3;

@inline
function apply(op: i32, a: f32, b: f32): bool {
  if (op == isEqual) return a == b;
  if (op == isDifferent) return a != b;
  if (op == isGreater) return a > b;
  return a >= b;
}

@inline
function rows(
  op: i32, a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32,
  from: u32, to: u32,
): void {
  const aNext = <usize>aStep << 2;
  const bNext = <usize>bStep << 2;
  for (let item = from; item < to; item++) {
    const first = item * columns;
    const end = y + first + min(columns, total - first);
    let left = a + ((<usize>item * aRow) << 2);
    let right = b + ((<usize>item * bRow) << 2);
    for (let at = y + first; at < end; at++) {
      store<u8>(at, apply(op, load<f32>(left), load<f32>(right)) ? 1 : 0);
      left += aNext;
      right += bNext;
    }
  }
}

/** `y = a == b`. */
export function equal(a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32, from: u32, to: u32): void {
  rows(isEqual, a, aRow, aStep, b, bRow, bStep, y, columns, total, from, to);
}

/** `y = a != b`. */
export function different(a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32, from: u32, to: u32): void {
  rows(isDifferent, a, aRow, aStep, b, bRow, bStep, y, columns, total, from, to);
}

/** `y = a > b`. */
export function greater(a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32, from: u32, to: u32): void {
  rows(isGreater, a, aRow, aStep, b, bRow, bStep, y, columns, total, from, to);
}

/** `y = a >= b`. */
export function greaterOrEqual(a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32, from: u32, to: u32): void {
  rows(isGreaterOrEqual, a, aRow, aStep, b, bRow, bStep, y, columns, total, from, to);
}
