import { threadScratch } from './thread-scratch';
import { writeDropoutMask } from './threefry';

/** Numbers of one item: an even number. */
const blockSize: u32 = 4096;

/** `y = x mask` with a random key for each row of `size` numbers. Items are blocks of 4096 numbers of a row. */
export function dropout(
  x: usize, keys: usize, size: u32, threshold: i32, kept: f32, y: usize, from: u32, to: u32,
): void {
  const blocks = (size + blockSize - 1) / blockSize;
  const mask = threadScratch();
  for (let item = from; item < to; item++) {
    const row = item / blocks;
    const first = (item % blocks) * blockSize;
    const count = min(blockSize, size - first);
    const key = keys + (<usize>row << 3);
    writeDropoutMask(load<i32>(key), load<i32>(key, 4), first, count, threshold, kept, mask);
    const start = (<usize>row * size + first) << 2;
    const bytes = <usize>count << 2;
    let at: usize = 0;
    for (; at + 32 <= bytes; at += 32) {
      const a = f32x4.mul(v128.load(x + start + at), v128.load(mask + at));
      const b = f32x4.mul(v128.load(x + start + at, 16), v128.load(mask + at, 16));
      v128.store(y + start + at, a);
      v128.store(y + start + at, b, 16);
    }
    for (; at < bytes; at += 4) store<f32>(y + start + at, load<f32>(x + start + at) * load<f32>(mask + at));
  }
}
