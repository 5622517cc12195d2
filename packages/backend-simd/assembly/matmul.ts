import { activate } from './gelu';
import { microKernel16, microKernel8 } from './micro-kernel';
import { packColumns, packRows, packStrips, panelBytes } from './pack';
import { threadScratch } from './thread-scratch';

/** k of one pass: a panel of B stays in the first-level cache. */
const depthBlock: u32 = 512;
/**
 * The most columns of B for which a transposed A is read in place: packing it would cost more than its scattered reads, unless its rows are so
 * long that these fall into the same places of the caches.
 */
const fewColumns: u32 = 128;
const longRow: usize = 4096;
/** Rows of A that pass over one block of B before the next ones. */
const heightBlock: u32 = 96;
/** The most strips of a packed block of A: of 4 rows each. */
const mostStrips: usize = heightBlock / 4;
/** The spare tile, then a packed block of A, then a packed block of B lie in the thread's scratch. */
const packedA: usize = 1024;
const packedB: usize = packedA + mostStrips * (depthBlock * 16 + 64);

/** The tile of C that begins at `c`, of which only `columns` columns are there. */
function raggedTile(width: u32, rows: u32, columns: u32, depth: u32, a: usize, aRow: usize, aStep: usize, b: usize, init: usize, initRow: usize, c: usize, cRow: usize): void {
  const spare = threadScratch();
  const line = <usize>width << 2;
  const bytes = <usize>columns << 2;
  for (let i: usize = 0; i < rows; i++) memory.copy(spare + i * line, init + i * initRow, bytes);
  if (width == 16) microKernel16(rows, depth, a, aRow, aStep, b, spare, line, spare, line);
  else microKernel8(rows, depth, a, aRow, aStep, b, spare, line, spare, line);
  for (let i: usize = 0; i < rows; i++) memory.copy(c + i * cRow, spare + i * line, bytes);
}

/** `y = a + b`, `bytes` of them. */
function addRow(a: usize, b: usize, y: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    const low = f32x4.add(v128.load(a + at), v128.load(b + at));
    const high = f32x4.add(v128.load(a + at, 16), v128.load(b + at, 16));
    v128.store(y + at, low);
    v128.store(y + at, high, 16);
  }
  for (; at < bytes; at += 4) store<f32>(y + at, load<f32>(a + at) + load<f32>(b + at));
}

/**
 * `C = init + bias + A B` for float32 matrices, `batches` of them. Sizes and strides count elements.
 *
 * A is `[m, k]`, or `[k, m]` where `transposedA`; B is `[k, n]`, or `[n, k]` where `transposedB`; rows are `aRow`, `bRow`, `cRow`
 * and `initRow` elements apart, matrices of the batch `aBatch` ... elements. Where `initColumns` is 0, `init` points to 16 numbers
 * that every tile starts from; where `bias` is not 0, a row `[n]` is added to `init`. `width` is 16 or 8, the columns of a tile. C is cut into blocks of `blockRows` x `blockColumns`
 * (multiples of the tile; at most 512 columns); a work item is one block of one matrix. Every number of C is summed in the order of k, so the
 * blocks change nothing.
 */
export function matmul(
  width: u32, transposedA: bool, transposedB: bool, m: u32, n: u32, k: u32,
  a: usize, aRow: usize, aBatch: usize, b: usize, bRow: usize, bBatch: usize, c: usize, cRow: usize, cBatch: usize,
  init: usize, initRow: usize, initColumns: bool, initBatch: usize, bias: usize,
  blockRows: u32, blockColumns: u32, from: u32, to: u32,
): void {
  const height: u32 = width == 16 ? 6 : 4;
  const rowBlocks = (m + blockRows - 1) / blockRows;
  const columnBlocks = (n + blockColumns - 1) / blockColumns;
  const scratch = threadScratch();
  const panels = scratch + packedB;
  aRow <<= 2;
  bRow <<= 2;
  cRow <<= 2;
  initRow <<= 2;
  for (let item = from; item < to; item++) {
    const batch = <usize>(item / (rowBlocks * columnBlocks));
    const block = item % (rowBlocks * columnBlocks);
    const firstRow = (block / columnBlocks) * blockRows;
    const firstColumn = (block % columnBlocks) * blockColumns;
    const endRow = min(m, firstRow + blockRows);
    const columns = min(n - firstColumn, blockColumns);
    const aHere = a + ((batch * aBatch) << 2);
    const bHere = b + ((batch * bBatch) << 2);
    const cHere = c + ((batch * cBatch + firstColumn) << 2);
    const initHere = init + ((batch * initBatch + (initColumns ? firstColumn : 0)) << 2);
    if (bias != 0) {
      const bytes = <usize>columns << 2;
      for (let row = <usize>firstRow; row < endRow; row++) {
        addRow(initHere + row * initRow, bias + (<usize>firstColumn << 2), cHere + row * cRow, bytes);
      }
    }
    let first: u32 = 0;
    do {
      const depth = min(k - first, depthBlock);
      if (transposedB) packColumns(bHere + <usize>firstColumn * bRow + (<usize>first << 2), bRow, depth, columns, width, panels);
      else packRows(bHere + <usize>first * bRow + (<usize>firstColumn << 2), bRow, depth, columns, width, panels);
      // The first pass starts from `init`, later ones, and those that have a bias too, from what is in C.
      const fromInit = first == 0 && bias == 0;
      const start = fromInit ? initHere : cHere;
      const startRow = fromInit ? initRow : cRow;
      const startColumns = fromInit ? initColumns : true;
      for (let high = firstRow; high < endRow; high += heightBlock) {
        const rows = min(endRow - high, heightBlock);
        let aBlock = aHere + <usize>high * aRow + (<usize>first << 2);
        let tileRow = aRow;
        let tileStep: usize = 4;
        let strip = <usize>height * aRow;
        if (transposedA) {
          aBlock = aHere + <usize>first * aRow + (<usize>high << 2);
          tileRow = 4;
          tileStep = aRow;
          strip = <usize>height << 2;
          if (columns > fewColumns || aRow >= longRow) {
            packStrips(aBlock, aRow, depth, rows, height, scratch + packedA);
            aBlock = scratch + packedA;
            tileStep = strip;
            strip = panelBytes(depth, height);
          }
        }
        let panel = panels;
        for (let j: u32 = 0; j < columns; j += width) {
          const there = columns - j;
          const offset = <usize>j << 2;
          let aTile = aBlock;
          let cTile = cHere + <usize>high * cRow + offset;
          let initTile = start + <usize>high * startRow + (startColumns ? offset : 0);
          for (let i: u32 = 0; i < rows; i += height) {
            const count = min(rows - i, height);
            if (there < width) raggedTile(width, count, there, depth, aTile, tileRow, tileStep, panel, initTile, startRow, cTile, cRow);
            else if (width == 16) microKernel16(count, depth, aTile, tileRow, tileStep, panel, initTile, startRow, cTile, cRow);
            else microKernel8(count, depth, aTile, tileRow, tileStep, panel, initTile, startRow, cTile, cRow);
            aTile += strip;
            cTile += <usize>height * cRow;
            initTile += <usize>height * startRow;
          }
          panel += panelBytes(depth, width);
        }
      }
      first += depthBlock;
    } while (first < k);
  }
}

/**
 * `activated = gelu(C)` of `C = init + A B` as `matmul`, without gaps as C; with `slopes` C becomes the derivative. Each block goes
 * through GELU while it is in the cache. One matrix; C's rows are `n` apart, and `activated` may be C.
 */
export function matmulGelu(
  width: u32, transposedA: bool, transposedB: bool, m: u32, n: u32, k: u32,
  a: usize, aRow: usize, b: usize, bRow: usize, c: usize, init: usize, initRow: usize, initColumns: bool,
  blockRows: u32, blockColumns: u32, exact: bool, slopes: bool, activated: usize, from: u32, to: u32,
): void {
  const columnBlocks = (n + blockColumns - 1) / blockColumns;
  for (let item = from; item < to; item++) {
    matmul(
      width, transposedA, transposedB, m, n, k, a, aRow, 0, b, bRow, 0, c, n, 0, init, initRow, initColumns, 0, 0,
      blockRows, blockColumns, item, item + 1,
    );
    const firstRow = (item / columnBlocks) * blockRows;
    const firstColumn = (item % columnBlocks) * blockColumns;
    const endRow = min(m, firstRow + blockRows);
    const endColumn = min(n, firstColumn + blockColumns);
    for (let row = firstRow; row < endRow; row++) {
      activate(exact, slopes, c, activated, row * n + firstColumn, row * n + endColumn);
    }
  }
}
