import { sumOf } from './row-sums';
import { storeAccumulators } from './thread-scratch';

/*
 * Reductions of rows of `columns` numbers, the last of which may be shorter: `total` numbers in all. Items are rows.
 */

/** `y[row] = factor sum(x[row])`. */
export function rowSums(x: usize, columns: u32, total: u32, factor: f32, y: usize, from: u32, to: u32): void {
  for (let row = from; row < to; row++) {
    const first = row * columns;
    const start = x + (<usize>first << 2);
    const sum = sumOf(start, start + (<usize>min(columns, total - first) << 2));
    store<f32>(y + (<usize>row << 2), sum * factor);
  }
}

/** The largest of the numbers from byte `x` to byte `end`, NaN where one is. */
export function largestOf(x: usize, end: usize): f32 {
  let largest = -Infinity as f32;
  if (x + 32 <= end) {
    let a = v128.load(x);
    let b = v128.load(x, 16);
    x += 32;
    for (; x + 32 <= end; x += 32) {
      a = f32x4.max(a, v128.load(x));
      b = f32x4.max(b, v128.load(x, 16));
    }
    const largests = storeAccumulators(a, b);
    a = f32x4.max(v128.load(largests), v128.load(largests, 16));
    largest = max(
      max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
      max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
    );
  }
  for (; x < end; x += 4) largest = max(largest, load<f32>(x));
  return largest;
}

/** `y[row] = max(x[row])`. */
export function rowMaxima(x: usize, columns: u32, y: usize, from: u32, to: u32): void {
  const bytes = <usize>columns << 2;
  for (let row = from; row < to; row++) {
    const start = x + <usize>row * bytes;
    store<f32>(y + (<usize>row << 2), largestOf(start, start + bytes));
  }
}

/** As `largestOf`, but a NaN may be passed over, which takes half the time. */
export function largestNumberOf(x: usize, end: usize): f32 {
  let a = f32x4.splat(-Infinity);
  let b = a;
  for (; x + 32 <= end; x += 32) {
    a = f32x4.pmax(a, v128.load(x));
    b = f32x4.pmax(b, v128.load(x, 16));
  }
  const largests = storeAccumulators(a, b);
  a = f32x4.pmax(v128.load(largests), v128.load(largests, 16));
  for (; x < end; x += 4) a = f32x4.pmax(a, v128.load32_splat(x));
  return max(
    max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
    max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
  );
}
