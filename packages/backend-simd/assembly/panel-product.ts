import { microKernel16, microKernel8 } from './micro-kernel';

const zeros: usize = memory.data<f32>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 64);

/**
 * `C = A B`, or `C += A B` where `accumulate`: B in panels of `width` columns, `panelBytes` apart, A anywhere as for the
 * micro-kernels. Whole panels of C are written: its rows need room for them.
 */
export function panelProduct(
  width: u32, rows: u32, columns: u32, depth: u32, a: usize, aRow: usize, aStep: usize, panels: usize, panelBytes: usize,
  c: usize, cRow: usize, accumulate: bool,
): void {
  const height: u32 = width == 16 ? 6 : 4;
  const aTile = <usize>height * aRow;
  const cTile = <usize>height * cRow;
  for (let j: u32 = 0; j < columns; j += width) {
    let from = a;
    let to = c + (<usize>j << 2);
    for (let i: u32 = 0; i < rows; i += height) {
      const count = min(rows - i, height);
      const init = accumulate ? to : zeros;
      const initRow = accumulate ? cRow : 0;
      if (width == 16) microKernel16(count, depth, from, aRow, aStep, panels, init, initRow, to, cRow);
      else microKernel8(count, depth, from, aRow, aStep, panels, init, initRow, to, cRow);
      from += aTile;
      to += cTile;
    }
    panels += panelBytes;
  }
}
