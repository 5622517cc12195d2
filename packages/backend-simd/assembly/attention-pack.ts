import { transpose } from './pack';

/*
 * Copies of rows that lie `stride` bytes apart into the panels that tiles read: 16 columns for each k, padded with zeros.
 */

/** Fills with zeros; the number of bytes is a multiple of 32. */
export function zero(to: usize, bytes: usize): void {
  const end = to + bytes;
  const nothing = i32x4.splat(0);
  for (; to < end; to += 32) {
    v128.store(to, nothing);
    v128.store(to, nothing, 16);
  }
}

/** Rows as columns: panel p holds rows 16 p to 16 p + 15, `dim` deep. */
export function packColumns(from: usize, stride: usize, rows: i32, dim: i32, to: usize): void {
  for (let row = 0; row < rows; row += 16) {
    const present = min(16, rows - row);
    if (present < 16) zero(to, <usize>dim << 6);
    let r = 0;
    for (; r + 4 <= present; r += 4) {
      const a = from + <usize>(row + r) * stride;
      const b = a + stride;
      const c = b + stride;
      const d = c + stride;
      let out = to + (<usize>r << 2);
      let i = 0;
      for (; i + 4 <= dim; i += 4) {
        transpose(a + (<usize>i << 2), stride, out, 64);
        out += 256;
      }
      for (; i < dim; i++) {
        const at = <usize>i << 2;
        store<f32>(out, load<f32>(a + at));
        store<f32>(out, load<f32>(b + at), 4);
        store<f32>(out, load<f32>(c + at), 8);
        store<f32>(out, load<f32>(d + at), 12);
        out += 64;
      }
    }
    for (; r < present; r++) {
      const a = from + <usize>(row + r) * stride;
      for (let i = 0; i < dim; i++) {
        store<f32>(to + (<usize>i << 6) + (<usize>r << 2), load<f32>(a + (<usize>i << 2)));
      }
    }
    to += <usize>dim << 6;
  }
}

/** Rows as they are: panel p holds columns 16 p to 16 p + 15 of `depth` rows, of which those from `rows` on are zeros. */
export function packRows(from: usize, stride: usize, rows: i32, depth: i32, dim: i32, factor: f32, to: usize): void {
  const scale = f32x4.splat(factor);
  for (let column = 0; column < dim; column += 16) {
    const present = min(16, dim - column);
    let at = from + (<usize>column << 2);
    let out = to;
    if (present == 16) {
      for (let row = 0; row < rows; row++) {
        const a = v128.load(at);
        const b = v128.load(at, 16);
        const c = v128.load(at, 32);
        const d = v128.load(at, 48);
        v128.store(out, f32x4.mul(a, scale));
        v128.store(out, f32x4.mul(b, scale), 16);
        v128.store(out, f32x4.mul(c, scale), 32);
        v128.store(out, f32x4.mul(d, scale), 48);
        at += stride;
        out += 64;
      }
    } else {
      zero(out, <usize>rows << 6);
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < present; i++) {
          store<f32>(out + (<usize>i << 2), load<f32>(at + (<usize>i << 2)) * factor);
        }
        at += stride;
        out += 64;
      }
    }
    zero(out, <usize>(depth - rows) << 6);
    to += <usize>depth << 6;
  }
}

/** `to[row, i] = factor from[row, i]` with rows of `dim` numbers `fromStride` and `toStride` bytes apart. */
export function copyRows(from: usize, fromStride: usize, rows: i32, dim: i32, factor: f32, to: usize, toStride: usize): void {
  const scale = f32x4.splat(factor);
  for (let row = 0; row < rows; row++) {
    let i = 0;
    for (; i + 8 <= dim; i += 8) {
      const at = <usize>i << 2;
      const a = v128.load(from + at);
      const b = v128.load(from + at, 16);
      v128.store(to + at, f32x4.mul(a, scale));
      v128.store(to + at, f32x4.mul(b, scale), 16);
    }
    for (; i < dim; i++) store<f32>(to + (<usize>i << 2), load<f32>(from + (<usize>i << 2)) * factor);
    from += fromStride;
    to += toStride;
  }
}
