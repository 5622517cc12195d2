import { addFourDots, dot } from './dots';
import { activate } from './gelu';

/**
 * `C = init + A B^T` for few rows of A: B `[n, k]` is read in place, once. A is `[m, k]`, C `[m, n]`; `C[i, j]` starts from
 * `init[i initRow + j initColumn]`, and `bias[j]` beside it where `bias` is not 0. A work item is a column of C, a row of B.
 *
 * Four rows go together, a quarter of the items apart: each of the four streams then runs on from row to row, which the
 * processor's prefetching follows. Neighbouring rows start anew at each row, and reach three quarters of the bandwidth.
 */
export function rowProducts(
  m: u32, n: u32, k: u32, a: usize, b: usize, c: usize, init: usize, initRow: u32, initColumn: u32, bias: usize,
  from: u32, to: u32,
): void {
  const bytes = <usize>k << 2;
  const quarter = (to - from) >> 2;
  for (let i: u32 = 0; i < m; i++) {
    const start = init + ((<usize>i * initRow + <usize>from * initColumn) << 2);
    const y = c + ((<usize>i * n + from) << 2);
    for (let j: u32 = 0; j < to - from; j++) f32.store(y + (<usize>j << 2), f32.load(start + (<usize>(j * initColumn) << 2)));
    if (bias == 0) continue;
    for (let j: u32 = 0; j < to - from; j++) f32.store(y + (<usize>j << 2), f32.load(y + (<usize>j << 2)) + f32.load(bias + (<usize>(from + j) << 2)));
  }
  for (let j = from; j < from + quarter; j++) {
    for (let i: u32 = 0; i < m; i++) {
      const y = c + ((<usize>i * n + j) << 2);
      addFourDots(a + <usize>i * bytes, b + <usize>j * bytes, <usize>quarter * bytes, bytes, y, <usize>quarter << 2);
    }
  }
  for (let j = from + 4 * quarter; j < to; j++) {
    for (let i: u32 = 0; i < m; i++) {
      const y = c + ((<usize>i * n + j) << 2);
      f32.store(y, f32.load(y) + dot(a + <usize>i * bytes, b + <usize>j * bytes, bytes));
    }
  }
}

/** `activated = gelu(C)` of `C = init + A B^T` as `rowProducts`; with `slopes` C becomes the derivative. `activated` may be C. */
export function rowProductsGelu(
  m: u32, n: u32, k: u32, a: usize, b: usize, c: usize, init: usize, initRow: u32, initColumn: u32,
  exact: bool, slopes: bool, activated: usize, from: u32, to: u32,
): void {
  rowProducts(m, n, k, a, b, c, init, initRow, initColumn, 0, from, to);
  for (let i: u32 = 0; i < m; i++) activate(exact, slopes, c, activated, i * n + from, i * n + to);
}
