import { microKernel16 } from './micro-kernel';

/*
 * Products of small tiles that lie in scratch: six rows times one panel of 16 columns. A panel holds 16 numbers for each
 * k, 64 bytes apart. Rows and columns are padded there, so no tile is ragged.
 */

/** Rows of a tile. */
export const tileRows: i32 = 6;

const zeros: usize = memory.data<f32>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 64);

/** `c[6, 16] (+)= a[6, depth] panel[depth, 16]`: rows of a lie `aStride` bytes apart, its columns side by side. */
@inline
export function tileByRows(
  a: usize,
  aStride: usize,
  panel: usize,
  depth: i32,
  c: usize,
  cStride: usize,
  accumulate: bool,
): void {
  microKernel16(6, depth, a, aStride, 4, panel, accumulate ? c : zeros, accumulate ? cStride : 0, c, cStride);
}

/** `c[6, 16] += a[depth, 6]^T panel[depth, 16]`: for each k the six numbers of a lie side by side, `aStride` bytes on. */
@inline
export function tileByColumns(a: usize, aStride: usize, panel: usize, depth: i32, c: usize, cStride: usize): void {
  microKernel16(6, depth, a, 4, aStride, panel, c, cStride, c, cStride);
}
