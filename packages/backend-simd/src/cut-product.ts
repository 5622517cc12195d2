import type { Engine } from './engine.ts';
import type { MatrixProduct } from './matrix-product.ts';

/** How C is cut into work items: blocks of so many rows and columns, multiples of the tile. */
export interface ProductCut {
  readonly blockRows: number;
  readonly blockColumns: number;
}

/** The most columns of a block: its panels of B stay in the second-level cache. */
const mostColumns = 512;

/**
 * A matrix of more numbers comes from memory. For few rows of A blocks of such a B have fewer columns, so that while one thread waits for
 * it, others multiply; more rows read A too often for that.
 */
const largeMatrix = 2 ** 19;
const fewRows = 512;
const fewColumns = 64;

/** Multiply-adds in the time that one number of B takes to be packed, once for each item. */
const packing = 10;

/** Multiply-adds in the time that one number of A takes to be read, once for each item. */
const reading = 10;

/**
 * The same where A is stored transposed, and where it is packed too: its rows are scattered. When it is packed is told in
 * assembly/matmul.ts.
 */
const readingTransposed = 40;
const packingTransposed = 60;
const fewTransposedColumns = 128;
const longTransposedRow = 1024;

/** Multiply-adds in the time that a work item takes beside its work. */
const itemCost = 400_000;

/** Share of an item by which threads end apart: favours smaller items where they cost little. */
const tail = 0.02;

/**
 * The cut with the least estimated time. Each item packs its columns of B, and its rows of A where they are stored transposed, so
 * large items pack less, while there must be enough of them for all threads to end together.
 */
export function cutProduct(
  { m, n, k, batches = 1, transposedA = false }: MatrixProduct,
  { threads, tileWidth }: Pick<Engine, 'threads' | 'tileWidth'>,
): ProductCut {
  const tileHeight = tileWidth === 16 ? 6 : 4;
  let best: ProductCut | undefined;
  let least = Infinity;
  const heights = sizes(m, tileHeight, Infinity);
  const waits = n * k > largeMatrix && m <= fewRows && !transposedA;
  const most = waits ? fewColumns : mostColumns;
  const costOfA = (blockColumns: number): number => {
    if (!transposedA) return reading;
    return blockColumns > fewTransposedColumns || m >= longTransposedRow ? packingTransposed : readingTransposed;
  };
  for (const blockColumns of sizes(n, tileWidth, most)) {
    for (const blockRows of heights) {
      const items = batches * Math.ceil(m / blockRows) * Math.ceil(n / blockColumns);
      const item = k * (blockRows * (blockColumns + costOfA(blockColumns)) + packing * blockColumns) + itemCost;
      const time = (Math.ceil(items / threads) + tail) * item;
      if (time >= least) continue;
      least = time;
      best = { blockRows, blockColumns };
      // Smaller blocks only help while threads are idle.
      if (items >= 8 * threads) break;
    }
  }
  return best!;
}

/** An extent cut into 1, 2, 3, 4, 6, 8, 12, ... parts, each a multiple of the tile and at most `most`. */
function sizes(extent: number, tile: number, most: number): number[] {
  const found: number[] = [];
  for (let cuts = 1; ; cuts = cuts < 3 ? cuts + 1 : cuts % 3 === 0 ? (cuts / 3) * 4 : (cuts / 2) * 3) {
    const size = Math.ceil(extent / cuts / tile) * tile;
    if (size <= most && size !== found.at(-1)) found.push(size);
    if (size <= tile) return found;
  }
}
