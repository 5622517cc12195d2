/*
 * Sums that were made in parts, one for each chunk of the work, added up in the order of the chunks. So the result is the
 * same for any number of threads.
 */

/** `y[i] = sum over p < count of parts[p stride + i]`. Items are numbers. */
export function addParts(parts: usize, count: u32, stride: u32, y: usize, from: u32, to: u32): void {
  const step = <usize>stride << 2;
  let at = <usize>from << 2;
  const end = <usize>to << 2;
  for (; at + 32 <= end; at += 32) {
    let part = parts + at;
    let a = v128.load(part);
    let b = v128.load(part, 16);
    for (let p: u32 = 1; p < count; p++) {
      part += step;
      a = f32x4.add(a, v128.load(part));
      b = f32x4.add(b, v128.load(part, 16));
    }
    v128.store(y + at, a);
    v128.store(y + at, b, 16);
  }
  for (; at < end; at += 4) {
    let part = parts + at;
    let sum = load<f32>(part);
    for (let p: u32 = 1; p < count; p++) {
      part += step;
      sum += load<f32>(part);
    }
    store<f32>(y + at, sum);
  }
}


/**
 * As `addParts`, for rows: `y[row, i] = sum over p < count of parts[p stride + row rowStride + i]` for i < columns. Items are
 * rows.
 */
export function addRowParts(
  parts: usize, count: u32, stride: usize, rowStride: usize, columns: u32, y: usize, from: u32, to: u32,
): void {
  const step = stride << 2;
  const bytes = <usize>columns << 2;
  for (let row = from; row < to; row++) {
    const first = parts + ((<usize>row * rowStride) << 2);
    const target = y + <usize>row * bytes;
    let at: usize = 0;
    for (; at + 32 <= bytes; at += 32) {
      let part = first + at;
      let a = v128.load(part);
      let b = v128.load(part, 16);
      for (let p: u32 = 1; p < count; p++) {
        part += step;
        a = f32x4.add(a, v128.load(part));
        b = f32x4.add(b, v128.load(part, 16));
      }
      v128.store(target + at, a);
      v128.store(target + at, b, 16);
    }
    for (; at < bytes; at += 4) {
      let part = first + at;
      let sum = load<f32>(part);
      for (let p: u32 = 1; p < count; p++) {
        part += step;
        sum += load<f32>(part);
      }
      store<f32>(target + at, sum);
    }
  }
}
