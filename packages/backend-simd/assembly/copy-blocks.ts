/*
 * Moves numbers of any kind.
 */

/**
 * Copies blocks of `size` bytes: block i lies `i % inner` times `xInner` and `i / inner` times `xOuter` bytes after x, and likewise
 * in y. Items are blocks.
 */
export function copyBlocks(
  x: usize, xInner: usize, xOuter: usize, y: usize, yInner: usize, yOuter: usize, inner: u32, size: usize, from: u32, to: u32,
): void {
  for (let item = from; item < to; item++) {
    const low = <usize>(item % inner);
    const high = <usize>(item / inner);
    const source = x + low * xInner + high * xOuter;
    const target = y + low * yInner + high * yOuter;
    if (size > 2048) {
      memory.copy(target, source, size);
      continue;
    }
    let at: usize = 0;
    for (; at + 32 <= size; at += 32) {
      const a = v128.load(source + at);
      const b = v128.load(source + at, 16);
      v128.store(target + at, a);
      v128.store(target + at, b, 16);
    }
    for (; at + 4 <= size; at += 4) store<u32>(target + at, load<u32>(source + at));
    for (; at < size; at++) store<u8>(target + at, load<u8>(source + at));
  }
}

/** `y[matrix, j, i] = x[matrix, i, j]` for matrices of `rows` x `columns` numbers of 32 bits. Items are strips of 16 columns of x. */
export function transposeMatrices(x: usize, y: usize, rows: u32, columns: u32, from: u32, to: u32): void {
  const strips = (columns + 15) / 16;
  const xRow = <usize>columns << 2;
  const yRow = <usize>rows << 2;
  for (let item = from; item < to; item++) {
    const matrix = (<usize>(item / strips) * <usize>rows * columns) << 2;
    const first = (item % strips) * 16;
    const last = min(columns, first + 16);
    let i: u32 = 0;
    for (; i + 4 <= rows; i += 4) {
      let source = x + matrix + <usize>i * xRow + (<usize>first << 2);
      let target = y + matrix + <usize>first * yRow + (<usize>i << 2);
      let j = first;
      for (; j + 4 <= last; j += 4) {
        const a = v128.load(source);
        const b = v128.load(source + xRow);
        const c = v128.load(source + 2 * xRow);
        const d = v128.load(source + 3 * xRow);
        const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
        const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
        const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
        v128.store(target, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
        v128.store(target + yRow, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
        v128.store(target + 2 * yRow, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5));
        v128.store(target + 3 * yRow, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7));
        source += 16;
        target += 4 * yRow;
      }
      for (; j < last; j++) {
        store<u32>(target, load<u32>(source));
        store<u32>(target, load<u32>(source + xRow), 4);
        store<u32>(target, load<u32>(source + 2 * xRow), 8);
        store<u32>(target, load<u32>(source + 3 * xRow), 12);
        source += 4;
        target += yRow;
      }
    }
    for (; i < rows; i++) {
      for (let j = first; j < last; j++) {
        const value = load<u32>(x + matrix + <usize>i * xRow + (<usize>j << 2));
        store<u32>(y + matrix + <usize>j * yRow + (<usize>i << 2), value);
      }
    }
  }
}
