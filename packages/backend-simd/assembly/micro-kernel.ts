import { multiplyAdd } from './multiply-add';

/*
 * The innermost loop of all products: a tile of C stays in registers while one panel of B and some rows of A pass by. Six rows of
 * 16 columns fill the sixteen 256-bit registers; where there are only 128-bit ones, four rows of 8 columns do.
 *
 * Neighbouring 128-bit operations at offsets 0 and 16 become one 256-bit operation, if all loads of a pair precede its first store.
 * Unrolling the loop by hand makes it slower.
 *
 * `rows` is a constant at each call: what the tile does not need is never compiled. Rows of A may lie anywhere: `aRow` bytes
 * apart, `aStep` bytes from one k to the next. The accumulators start from `init`, whose rows are `initRow` bytes apart: zeros or a
 * bias (0 bytes apart), a residual, or C itself.
 */

@inline
function tile16(rows: i32, depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  const a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, a4 = a3 + aRow, a5 = a4 + aRow;
  let start = init;
  let c00 = v128.load(start, 0), c01 = v128.load(start, 16), c02 = v128.load(start, 32), c03 = v128.load(start, 48);
  if (rows > 1) start += initRow;
  let c10 = v128.load(start, 0), c11 = v128.load(start, 16), c12 = v128.load(start, 32), c13 = v128.load(start, 48);
  if (rows > 2) start += initRow;
  let c20 = v128.load(start, 0), c21 = v128.load(start, 16), c22 = v128.load(start, 32), c23 = v128.load(start, 48);
  if (rows > 3) start += initRow;
  let c30 = v128.load(start, 0), c31 = v128.load(start, 16), c32 = v128.load(start, 32), c33 = v128.load(start, 48);
  if (rows > 4) start += initRow;
  let c40 = v128.load(start, 0), c41 = v128.load(start, 16), c42 = v128.load(start, 32), c43 = v128.load(start, 48);
  if (rows > 5) start += initRow;
  let c50 = v128.load(start, 0), c51 = v128.load(start, 16), c52 = v128.load(start, 32), c53 = v128.load(start, 48);
  let at: usize = 0;
  for (const end = b + ((<usize>depth) << 6); b < end; b += 64) {
    const b0 = v128.load(b, 0), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let x = v128.load_splat<f32>(a + at);
    c00 = multiplyAdd(x, b0, c00);
    c01 = multiplyAdd(x, b1, c01);
    c02 = multiplyAdd(x, b2, c02);
    c03 = multiplyAdd(x, b3, c03);
    if (rows > 1) {
      x = v128.load_splat<f32>(a1 + at);
      c10 = multiplyAdd(x, b0, c10);
      c11 = multiplyAdd(x, b1, c11);
      c12 = multiplyAdd(x, b2, c12);
      c13 = multiplyAdd(x, b3, c13);
    }
    if (rows > 2) {
      x = v128.load_splat<f32>(a2 + at);
      c20 = multiplyAdd(x, b0, c20);
      c21 = multiplyAdd(x, b1, c21);
      c22 = multiplyAdd(x, b2, c22);
      c23 = multiplyAdd(x, b3, c23);
    }
    if (rows > 3) {
      x = v128.load_splat<f32>(a3 + at);
      c30 = multiplyAdd(x, b0, c30);
      c31 = multiplyAdd(x, b1, c31);
      c32 = multiplyAdd(x, b2, c32);
      c33 = multiplyAdd(x, b3, c33);
    }
    if (rows > 4) {
      x = v128.load_splat<f32>(a4 + at);
      c40 = multiplyAdd(x, b0, c40);
      c41 = multiplyAdd(x, b1, c41);
      c42 = multiplyAdd(x, b2, c42);
      c43 = multiplyAdd(x, b3, c43);
    }
    if (rows > 5) {
      x = v128.load_splat<f32>(a5 + at);
      c50 = multiplyAdd(x, b0, c50);
      c51 = multiplyAdd(x, b1, c51);
      c52 = multiplyAdd(x, b2, c52);
      c53 = multiplyAdd(x, b3, c53);
    }
    at += aStep;
  }
  v128.store(c, c00, 0);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  if (rows > 1) {
    c += cRow;
    v128.store(c, c10, 0);
    v128.store(c, c11, 16);
    v128.store(c, c12, 32);
    v128.store(c, c13, 48);
  }
  if (rows > 2) {
    c += cRow;
    v128.store(c, c20, 0);
    v128.store(c, c21, 16);
    v128.store(c, c22, 32);
    v128.store(c, c23, 48);
  }
  if (rows > 3) {
    c += cRow;
    v128.store(c, c30, 0);
    v128.store(c, c31, 16);
    v128.store(c, c32, 32);
    v128.store(c, c33, 48);
  }
  if (rows > 4) {
    c += cRow;
    v128.store(c, c40, 0);
    v128.store(c, c41, 16);
    v128.store(c, c42, 32);
    v128.store(c, c43, 48);
  }
  if (rows > 5) {
    c += cRow;
    v128.store(c, c50, 0);
    v128.store(c, c51, 16);
    v128.store(c, c52, 32);
    v128.store(c, c53, 48);
  }
}

@inline
function tile8(rows: i32, depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  const a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
  let start = init;
  let c00 = v128.load(start, 0), c01 = v128.load(start, 16);
  if (rows > 1) start += initRow;
  let c10 = v128.load(start, 0), c11 = v128.load(start, 16);
  if (rows > 2) start += initRow;
  let c20 = v128.load(start, 0), c21 = v128.load(start, 16);
  if (rows > 3) start += initRow;
  let c30 = v128.load(start, 0), c31 = v128.load(start, 16);
  let at: usize = 0;
  for (const end = b + ((<usize>depth) << 5); b < end; b += 32) {
    const b0 = v128.load(b, 0), b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a + at);
    c00 = multiplyAdd(x, b0, c00);
    c01 = multiplyAdd(x, b1, c01);
    if (rows > 1) {
      x = v128.load_splat<f32>(a1 + at);
      c10 = multiplyAdd(x, b0, c10);
      c11 = multiplyAdd(x, b1, c11);
    }
    if (rows > 2) {
      x = v128.load_splat<f32>(a2 + at);
      c20 = multiplyAdd(x, b0, c20);
      c21 = multiplyAdd(x, b1, c21);
    }
    if (rows > 3) {
      x = v128.load_splat<f32>(a3 + at);
      c30 = multiplyAdd(x, b0, c30);
      c31 = multiplyAdd(x, b1, c31);
    }
    at += aStep;
  }
  v128.store(c, c00, 0);
  v128.store(c, c01, 16);
  if (rows > 1) {
    c += cRow;
    v128.store(c, c10, 0);
    v128.store(c, c11, 16);
  }
  if (rows > 2) {
    c += cRow;
    v128.store(c, c20, 0);
    v128.store(c, c21, 16);
  }
  if (rows > 3) {
    c += cRow;
    v128.store(c, c30, 0);
    v128.store(c, c31, 16);
  }
}

function tile1x16(depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  tile16(1, depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

function tile2x16(depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  tile16(2, depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

function tile3x16(depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  tile16(3, depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

function tile4x16(depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  tile16(4, depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

function tile5x16(depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  tile16(5, depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

function tile6x16(depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  tile16(6, depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

/** A tile of 1 to 6 rows and 16 columns. */
export function microKernel16(rows: u32, depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  if (rows == 6) return tile6x16(depth, a, aRow, aStep, b, init, initRow, c, cRow);
  if (rows == 5) return tile5x16(depth, a, aRow, aStep, b, init, initRow, c, cRow);
  if (rows == 4) return tile4x16(depth, a, aRow, aStep, b, init, initRow, c, cRow);
  if (rows == 3) return tile3x16(depth, a, aRow, aStep, b, init, initRow, c, cRow);
  if (rows == 2) return tile2x16(depth, a, aRow, aStep, b, init, initRow, c, cRow);
  tile1x16(depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

function tile1x8(depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  tile8(1, depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

function tile2x8(depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  tile8(2, depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

function tile3x8(depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  tile8(3, depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

function tile4x8(depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  tile8(4, depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

/** A tile of 1 to 4 rows and 8 columns. */
export function microKernel8(rows: u32, depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  if (rows == 4) return tile4x8(depth, a, aRow, aStep, b, init, initRow, c, cRow);
  if (rows == 3) return tile3x8(depth, a, aRow, aStep, b, init, initRow, c, cRow);
  if (rows == 2) return tile2x8(depth, a, aRow, aStep, b, init, initRow, c, cRow);
  tile1x8(depth, a, aRow, aStep, b, init, initRow, c, cRow);
}

