/*
 * Rows of a table and the gradient of the table.
 */

/** `y[i] = weight[ids[i]]`. Items are ids. An id outside of the table gives a row of NaN. */
export function gatherRows(ids: usize, weight: usize, vocab: u32, dim: u32, y: usize, from: u32, to: u32): void {
  const bytes = <usize>dim << 2;
  for (let i = from; i < to; i++) {
    const id = load<u32>(ids + (<usize>i << 2));
    const target = y + <usize>i * bytes;
    if (id < vocab) memory.copy(target, weight + <usize>id * bytes, bytes);
    else for (let at: usize = 0; at < bytes; at += 4) store<f32>(target + at, NaN);
  }
}

/** Sets numbers to a value. Items are numbers. */
export function fill(y: usize, value: f32, from: u32, to: u32): void {
  let at = y + (<usize>from << 2);
  const end = y + (<usize>to << 2);
  const all = f32x4.splat(value);
  for (; at + 32 <= end; at += 32) {
    v128.store(at, all);
    v128.store(at, all, 16);
  }
  for (; at < end; at += 4) store<f32>(at, value);
}

/**
 * `y[ids[i]] += dy[i]` for all ids in order. Items are slices of `width` columns, a multiple of 8. An id
 * outside of the table is left out.
 */
export function scatterAddRows(
  dy: usize, ids: usize, count: u32, vocab: u32, dim: u32, width: u32, y: usize, from: u32, to: u32,
): void {
  const bytes = <usize>dim << 2;
  const begin = <usize>(from * width) << 2;
  const end = min(bytes, <usize>(to * width) << 2);
  for (let i: u32 = 0; i < count; i++) {
    const id = load<u32>(ids + (<usize>i << 2));
    if (id >= vocab) continue;
    const source = dy + <usize>i * bytes;
    const target = y + <usize>id * bytes;
    let at = begin;
    for (; at + 32 <= end; at += 32) {
      const a = f32x4.add(v128.load(target + at), v128.load(source + at));
      const b = f32x4.add(v128.load(target + at, 16), v128.load(source + at, 16));
      v128.store(target + at, a);
      v128.store(target + at, b, 16);
    }
    for (; at < end; at += 4) store<f32>(target + at, load<f32>(target + at) + load<f32>(source + at));
  }
}
