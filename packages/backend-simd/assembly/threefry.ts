/*
 * The random words of `randomBits` of @gptloom/core: Threefry-2x32 with 20 rounds, one block for each pair of words.
 */

@inline
function rotate(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by));
}

/**
 * Writes what dropout multiplies with: for words `first` to `first + count` of the key's stream, `kept` where the top 24
 * bits are at least the threshold and 0 elsewhere. Up to 15 numbers more are written at each end: `first` is even, and
 * blocks come in eights.
 */
export function writeDropoutMask(
  key0: i32,
  key1: i32,
  first: i32,
  count: i32,
  threshold: i32,
  kept: f32,
  to: usize,
): void {
  const k0 = i32x4.splat(key0);
  const k1 = i32x4.splat(key1);
  const k2 = i32x4.splat(key0 ^ key1 ^ 0x1bd11bda);
  const limit = i32x4.splat(threshold - 1);
  const scale = f32x4.splat(kept);
  let counter = i32x4.add(i32x4.splat(first >>> 1), i32x4(0, 1, 2, 3));
  const four = i32x4.splat(4);
  const eight = i32x4.splat(8);
  for (let done = 0; done < count; done += 16) {
    let x0a = k0, x0b = k0;
    let x1a = i32x4.add(counter, k1);
    let x1b = i32x4.add(i32x4.add(counter, four), k1);
    for (let group = 0; group < 5; group++) {
      if (group & 1) {
        x0a = i32x4.add(x0a, x1a); x0b = i32x4.add(x0b, x1b);
        x1a = v128.xor(rotate(x1a, 17), x0a); x1b = v128.xor(rotate(x1b, 17), x0b);
        x0a = i32x4.add(x0a, x1a); x0b = i32x4.add(x0b, x1b);
        x1a = v128.xor(rotate(x1a, 29), x0a); x1b = v128.xor(rotate(x1b, 29), x0b);
        x0a = i32x4.add(x0a, x1a); x0b = i32x4.add(x0b, x1b);
        x1a = v128.xor(rotate(x1a, 16), x0a); x1b = v128.xor(rotate(x1b, 16), x0b);
        x0a = i32x4.add(x0a, x1a); x0b = i32x4.add(x0b, x1b);
        x1a = v128.xor(rotate(x1a, 24), x0a); x1b = v128.xor(rotate(x1b, 24), x0b);
      } else {
        x0a = i32x4.add(x0a, x1a); x0b = i32x4.add(x0b, x1b);
        x1a = v128.xor(rotate(x1a, 13), x0a); x1b = v128.xor(rotate(x1b, 13), x0b);
        x0a = i32x4.add(x0a, x1a); x0b = i32x4.add(x0b, x1b);
        x1a = v128.xor(rotate(x1a, 15), x0a); x1b = v128.xor(rotate(x1b, 15), x0b);
        x0a = i32x4.add(x0a, x1a); x0b = i32x4.add(x0b, x1b);
        x1a = v128.xor(rotate(x1a, 26), x0a); x1b = v128.xor(rotate(x1b, 26), x0b);
        x0a = i32x4.add(x0a, x1a); x0b = i32x4.add(x0b, x1b);
        x1a = v128.xor(rotate(x1a, 6), x0a); x1b = v128.xor(rotate(x1b, 6), x0b);
      }
      const turn = (group + 1) % 3;
      const next = turn == 0 ? k0 : turn == 1 ? k1 : k2;
      const afterNext = i32x4.add(turn == 0 ? k1 : turn == 1 ? k2 : k0, i32x4.splat(group + 1));
      x0a = i32x4.add(x0a, next); x0b = i32x4.add(x0b, next);
      x1a = i32x4.add(x1a, afterNext); x1b = i32x4.add(x1b, afterNext);
    }
    x0a = v128.and(i32x4.gt_s(i32x4.shr_u(x0a, 8), limit), scale);
    x0b = v128.and(i32x4.gt_s(i32x4.shr_u(x0b, 8), limit), scale);
    x1a = v128.and(i32x4.gt_s(i32x4.shr_u(x1a, 8), limit), scale);
    x1b = v128.and(i32x4.gt_s(i32x4.shr_u(x1b, 8), limit), scale);
    v128.store(to, v128.shuffle<i32>(x0a, x1a, 0, 4, 1, 5));
    v128.store(to, v128.shuffle<i32>(x0a, x1a, 2, 6, 3, 7), 16);
    v128.store(to, v128.shuffle<i32>(x0b, x1b, 0, 4, 1, 5), 32);
    v128.store(to, v128.shuffle<i32>(x0b, x1b, 2, 6, 3, 7), 48);
    counter = i32x4.add(counter, eight);
    to += 64;
  }
}
