/** Copies `depth` x `columns` of a row-major matrix into panels of `width` columns, the last filled up with zeros. */
export function packRows(source: usize, row: usize, depth: u32, columns: u32, width: u32, target: usize): void {
  const panel = <usize>depth * width * 4;
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

/** As `packRows`, for a matrix that is stored transposed: `columns` rows of `depth` numbers. */
export function packColumns(source: usize, row: usize, depth: u32, columns: u32, width: u32, target: usize): void {
  const line = <usize>width * 4;
  for (let j: u32 = 0; j < columns; j += width) {
    const end = min(columns - j, width);
    let i: u32 = 0;
    for (; i + 4 <= end; i += 4) {
      const s0 = source + <usize>(j + i) * row;
      const s1 = s0 + row;
      const s2 = s1 + row;
      const s3 = s2 + row;
      let to = target + (<usize>i << 2);
      let k: usize = 0;
      const whole = (<usize>depth & ~3) << 2;
      for (; k < whole; k += 16) {
        const x0 = v128.load(s0 + k);
        const x1 = v128.load(s1 + k);
        const x2 = v128.load(s2 + k);
        const x3 = v128.load(s3 + k);
        const y0 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
        const y1 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
        const y2 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
        const y3 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
        v128.store(to, v128.shuffle<f32>(y0, y2, 0, 1, 4, 5));
        to += line;
        v128.store(to, v128.shuffle<f32>(y0, y2, 2, 3, 6, 7));
        to += line;
        v128.store(to, v128.shuffle<f32>(y1, y3, 0, 1, 4, 5));
        to += line;
        v128.store(to, v128.shuffle<f32>(y1, y3, 2, 3, 6, 7));
        to += line;
      }
      for (; k < <usize>depth << 2; k += 4) {
        f32.store(to, f32.load(s0 + k), 0);
        f32.store(to, f32.load(s1 + k), 4);
        f32.store(to, f32.load(s2 + k), 8);
        f32.store(to, f32.load(s3 + k), 12);
        to += line;
      }
    }
    for (; i < width; i++) {
      let to = target + (<usize>i << 2);
      const from = source + <usize>(j + i) * row;
      for (let k: u32 = 0; k < depth; k++) {
        f32.store(to, i < end ? f32.load(from + (<usize>k << 2)) : 0);
        to += line;
      }
    }
    target += <usize>depth * line;
  }
}

/**
 * Bytes from one strip of `packStrips` to the next: an odd number of cache lines. Powers of two, or half as much again, would put the
 * beginnings of all strips into the same few places of the first-level cache, and a strip is written line by line with all others.
 */
@inline
export function stripBytes(depth: u32, height: u32): usize {
  return ((((<usize>depth * height) << 2) + 127) & ~127) + 64;
}

/**
 * Copies `depth` x `rows` of A, stored transposed, into strips of `height` rows, `stripBytes` apart: within a strip the rows of one k
 * lie side by side. The last strip is not filled up: its unused places keep what they held.
 */
export function packStrips(source: usize, row: usize, depth: u32, rows: u32, height: u32, target: usize): void {
  const strip = stripBytes(depth, height);
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
