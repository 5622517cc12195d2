/**
 * Bytes from one panel of `packRows` and `packColumns` to the next: an odd number of cache lines. Powers of two would put the
 * beginnings of all panels into the same few places of the caches, and they are written side by side, line by line.
 */
@inline
export function panelBytes(depth: u32, width: u32): usize {
  return (((<usize>depth * width << 2) + 63) & ~63) | 64;
}

/** Copies `depth` x `columns` of a row-major matrix into panels of `width` columns, the last filled up with zeros. */
export function packRows(source: usize, row: usize, depth: u32, columns: u32, width: u32, target: usize): void {
  const panel = panelBytes(depth, width);
  const line = <usize>width * 4;
  const full = columns / width;
  const rest = columns - full * width;
  for (let k: u32 = 0; k < depth; k++) {
    let from = source;
    let to = target;
    for (let p: u32 = 0; p < full; p++) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      if (width == 16) {
        v128.store(to, v128.load(from, 32), 32);
        v128.store(to, v128.load(from, 48), 48);
      }
      from += line;
      to += panel;
    }
    if (rest != 0) {
      for (let j: u32 = 0; j < width; j++) {
        f32.store(to + (<usize>j << 2), j < rest ? f32.load(from + (<usize>j << 2)) : 0);
      }
    }
    source += row;
    target += line;
  }
}

/** Transposes 4 x 4 numbers: rows `row` bytes apart become lines `line` bytes apart. */
@inline
export function transpose(source: usize, row: usize, target: usize, line: usize): void {
  const x0 = v128.load(source);
  source += row;
  const x1 = v128.load(source);
  source += row;
  const x2 = v128.load(source);
  const x3 = v128.load(source + row);
  const y0 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
  const y1 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
  const y2 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
  const y3 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(y0, y2, 0, 1, 4, 5));
  target += line;
  v128.store(target, v128.shuffle<f32>(y0, y2, 2, 3, 6, 7));
  target += line;
  v128.store(target, v128.shuffle<f32>(y1, y3, 0, 1, 4, 5));
  target += line;
  v128.store(target, v128.shuffle<f32>(y1, y3, 2, 3, 6, 7));
}

/** Numbers of a row that lie in one cache line. */
const lineNumbers: u32 = 16;

/** As `packRows`, for a matrix that is stored transposed: `columns` rows of `depth` numbers. */
export function packColumns(source: usize, row: usize, depth: u32, columns: u32, width: u32, target: usize): void {
  const line = <usize>width * 4;
  const panel = panelBytes(depth, width);
  for (let j: u32 = 0; j < columns; j += width) {
    const end = min(columns - j, width);
    const blocks = end & ~3;
    const whole = depth & ~3;
    // A line of each row at a time, so that what is written of a panel stays near until it is complete.
    for (let first: u32 = 0; first < whole; first += lineNumbers) {
      const last = min(first + lineNumbers, whole);
      let from = source;
      for (let i: u32 = 0; i < blocks; i += 4) {
        let to = target + <usize>first * line + (<usize>i << 2);
        for (let k = first; k < last; k += 4) {
          transpose(from + (<usize>k << 2), row, to, line);
          to += line << 2;
        }
        from += row << 2;
      }
    }
    for (let i: u32 = 0; i < width; i++) {
      const from = source + <usize>i * row;
      const to = target + (<usize>i << 2);
      for (let k = i < blocks ? whole : 0; k < depth; k++) {
        f32.store(to + <usize>k * line, i < end ? f32.load(from + (<usize>k << 2)) : 0);
      }
    }
    source += <usize>width * row;
    target += panel;
  }
}

/**
 * Copies `depth` x `rows` of A, stored transposed, into strips of `height` rows, `panelBytes` apart: within a strip the rows of one k
 * lie side by side. The last strip is not filled up: its unused places keep what they held.
 */
export function packStrips(source: usize, row: usize, depth: u32, rows: u32, height: u32, target: usize): void {
  const strip = panelBytes(depth, height);
  const line = <usize>height * 4;
  const full = rows / height;
  const rest = rows - full * height;
  for (let k: u32 = 0; k < depth; k++) {
    let from = source;
    let to = target;
    for (let p: u32 = 0; p < full; p++) {
      v128.store(to, v128.load(from));
      if (height == 6) i64.store(to, i64.load(from, 16), 16);
      from += line;
      to += strip;
    }
    for (let j: u32 = 0; j < rest; j++) f32.store(to + (<usize>j << 2), f32.load(from + (<usize>j << 2)));
    source += row;
    target += line;
  }
}
