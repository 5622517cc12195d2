/*
 * Elementwise arithmetic with broadcasting. The result is seen as rows of `columns` numbers, the last of which may be
 * shorter: `total` numbers in all. An operand has a stride from row to row (0 where all rows read the same), and a step of 1 or
 * 0 from number to number (0 where a row reads one number). Items are rows.
 */

const add = 0;
const subtract = 1;
const multiply = 2;
const divide = 3;
const largest = 4;
const smallest = 5;
const squaredDifference = 6;

@inline
function apply(op: i32, a: v128, b: v128): v128 {
  if (op == add) return f32x4.add(a, b);
  if (op == subtract) return f32x4.sub(a, b);
  if (op == multiply) return f32x4.mul(a, b);
  if (op == divide) return f32x4.div(a, b);
  if (op == largest) return f32x4.max(a, b);
  if (op == smallest) return f32x4.min(a, b);
  const difference = f32x4.sub(a, b);
  return f32x4.mul(difference, difference);
}

@inline
function row(op: i32, aStep: u32, bStep: u32, a: usize, b: usize, y: usize, bytes: usize): void {
  const wholeA = v128.load32_splat(a);
  const wholeB = v128.load32_splat(b);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    const p = apply(op, aStep ? v128.load(a + at) : wholeA, bStep ? v128.load(b + at) : wholeB);
    const q = apply(op, aStep ? v128.load(a + at, 16) : wholeA, bStep ? v128.load(b + at, 16) : wholeB);
    v128.store(y + at, p);
    v128.store(y + at, q, 16);
  }
  for (; at < bytes; at += 4) {
    const x = aStep ? v128.load32_zero(a + at) : wholeA;
    const z = bStep ? v128.load32_zero(b + at) : wholeB;
    v128.store32_lane(y + at, apply(op, x, z), 0);
  }
}

@inline
function rows(
  op: i32, a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32,
  from: u32, to: u32,
): void {
  for (let item = from; item < to; item++) {
    const first = item * columns;
    const bytes = <usize>min(columns, total - first) << 2;
    const x = a + ((<usize>item * aRow) << 2);
    const z = b + ((<usize>item * bRow) << 2);
    const out = y + (<usize>first << 2);
    if (aStep) {
      if (bStep) row(op, 1, 1, x, z, out, bytes);
      else row(op, 1, 0, x, z, out, bytes);
    } else if (bStep) row(op, 0, 1, x, z, out, bytes);
    else row(op, 0, 0, x, z, out, bytes);
  }
}

/** `y = a + b`. */
export function addition(a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32, from: u32, to: u32): void {
  rows(add, a, aRow, aStep, b, bRow, bStep, y, columns, total, from, to);
}

/** `y = a - b`. */
export function subtraction(a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32, from: u32, to: u32): void {
  rows(subtract, a, aRow, aStep, b, bRow, bStep, y, columns, total, from, to);
}

/** `y = a b`. */
export function multiplication(a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32, from: u32, to: u32): void {
  rows(multiply, a, aRow, aStep, b, bRow, bStep, y, columns, total, from, to);
}

/** `y = a / b`. */
export function division(a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32, from: u32, to: u32): void {
  rows(divide, a, aRow, aStep, b, bRow, bStep, y, columns, total, from, to);
}

/** `y = max(a, b)`, NaN where one is. */
export function maximum(a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32, from: u32, to: u32): void {
  rows(largest, a, aRow, aStep, b, bRow, bStep, y, columns, total, from, to);
}

/** `y = min(a, b)`, NaN where one is. */
export function minimum(a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32, from: u32, to: u32): void {
  rows(smallest, a, aRow, aStep, b, bRow, bStep, y, columns, total, from, to);
}

/** `y = (a - b)^2`. */
export function squaredDifferences(a: usize, aRow: usize, aStep: u32, b: usize, bRow: usize, bStep: u32, y: usize, columns: u32, total: u32, from: u32, to: u32): void {
  rows(squaredDifference, a, aRow, aStep, b, bRow, bStep, y, columns, total, from, to);
}
