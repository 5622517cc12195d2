/*
 * From one kind of number to another, and choices. A truth value is a byte, 0 or 1. Items are numbers.
 */

/** `y = x` for integers x. */
export function integersToFloats(x: usize, y: usize, from: u32, to: u32): void {
  let at = <usize>from << 2;
  const end = <usize>to << 2;
  for (; at + 32 <= end; at += 32) {
    const a = f32x4.convert_i32x4_s(v128.load(x + at));
    const b = f32x4.convert_i32x4_s(v128.load(x + at, 16));
    v128.store(y + at, a);
    v128.store(y + at, b, 16);
  }
  for (; at < end; at += 4) store<f32>(y + at, <f32>load<i32>(x + at));
}

/** `y = x` for truth values x. */
export function truthsToFloats(x: usize, y: usize, from: u32, to: u32): void {
  for (let i: usize = from; i < to; i++) store<f32>(y + (i << 2), <f32>load<u8>(x + i));
}

/** `y = x` for truth values x and integers y. */
export function truthsToIntegers(x: usize, y: usize, from: u32, to: u32): void {
  for (let i: usize = from; i < to; i++) store<u32>(y + (i << 2), load<u8>(x + i));
}

/** `y = 1 - x` for truth values. */
export function negationOf(x: usize, y: usize, from: u32, to: u32): void {
  for (let i: usize = from; i < to; i++) store<u8>(y + i, load<u8>(x + i) ^ 1);
}

/** `y = a where condition is 1, else b`: numbers of 32 bits. */
export function choice(condition: usize, a: usize, b: usize, y: usize, from: u32, to: u32): void {
  for (let i: usize = from; i < to; i++) {
    const at = i << 2;
    store<u32>(y + at, load<u8>(condition + i) == 1 ? load<u32>(a + at) : load<u32>(b + at));
  }
}
