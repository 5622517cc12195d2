/** Sums over the rows of `x [rows, columns]`, from the first to the last. A work item is 32 columns. */
export function columnSums(rows: u32, columns: u32, x: usize, y: usize, from: u32, to: u32): void {
  const row = <usize>columns << 2;
  for (let item = from; item < to; item++) {
    const first = item * 32;
    const count = min(columns - first, 32);
    let source = x + (<usize>first << 2);
    const target = y + (<usize>first << 2);
    if (count == 32) {
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
      for (let i: u32 = 0; i < rows; i++) {
        s0 = f32x4.add(s0, v128.load(source, 0));
        s1 = f32x4.add(s1, v128.load(source, 16));
        s2 = f32x4.add(s2, v128.load(source, 32));
        s3 = f32x4.add(s3, v128.load(source, 48));
        s4 = f32x4.add(s4, v128.load(source, 64));
        s5 = f32x4.add(s5, v128.load(source, 80));
        s6 = f32x4.add(s6, v128.load(source, 96));
        s7 = f32x4.add(s7, v128.load(source, 112));
        source += row;
      }
      v128.store(target, s0, 0);
      v128.store(target, s1, 16);
      v128.store(target, s2, 32);
      v128.store(target, s3, 48);
      v128.store(target, s4, 64);
      v128.store(target, s5, 80);
      v128.store(target, s6, 96);
      v128.store(target, s7, 112);
      continue;
    }
    for (let j: usize = 0; j < count; j++) {
      let sum: f32 = 0;
      for (let i: usize = 0; i < rows; i++) sum += f32.load(source + i * row + (j << 2));
      f32.store(target + (j << 2), sum);
    }
  }
}
