import type { Engine } from './engine.ts';
import { cutProduct } from './cut-product.ts';
import { zeros } from './memory-map.ts';

/** `C = init + A B`, for each matrix of a batch. Sizes and strides count elements; matrices are row-major without gaps. */
export interface MatrixProduct {
  /** Rows of C. */
  readonly m: number;
  /** Columns of C. */
  readonly n: number;
  /** Terms of each sum. */
  readonly k: number;
  /** Matrices in the batch. Default 1. */
  readonly batches?: number | undefined;
  /** Where A begins: `[m, k]`, or `[k, m]` where `transposedA`. */
  readonly a: number;
  readonly transposedA?: boolean | undefined;
  /** From one A to the next: 0 where there is one for all. */
  readonly aBatch?: number | undefined;
  /** Where B begins: `[k, n]`, or `[n, k]` where `transposedB`. */
  readonly b: number;
  readonly transposedB?: boolean | undefined;
  /** From one B to the next: 0 where there is one for all. */
  readonly bBatch?: number | undefined;
  /** Where C begins, `[m, n]`. */
  readonly c: number;
  /** Where a row `[n]` lies that is added to every row of C. Default: nowhere. */
  readonly bias?: number | undefined;
  /** Where `[m, n]` numbers lie that are added to C; for one matrix, without `gelu`. Default: nowhere. */
  readonly residual?: number | undefined;
  /**
   * Where `gelu(C)` goes, which may be C, in which form, and whether its derivative takes the place of C; for one matrix. Default: no GELU.
   */
  readonly gelu?: { readonly activated: number; readonly exact: boolean; readonly slopes: boolean } | undefined;
}

/** Multiply-adds below which a second thread does not pay. */
const smallProduct = 100_000;

/** The most rows of A for which B is read in place: packing it would cost as much as the product. */
const fewRows = 4;

/** Runs a product on all threads. */
export function multiply(engine: Engine, product: MatrixProduct): void {
  const { m, n, k, batches = 1, a, b, c, transposedA = false, transposedB = false, gelu } = product;
  const { aBatch = 0, bBatch = 0, bias, residual } = product;
  if (m === 0 || n === 0 || batches === 0) return;
  const work = m * n * k * batches;
  // Sums start from the residual, from the bias, or from zeros; what else there is, is added to that.
  const init = [residual ?? bias ?? zeros, residual === undefined ? 0 : n, Number((residual ?? bias) !== undefined)];
  const added = residual === undefined ? 0 : (bias ?? 0);
  const activation = gelu === undefined ? [] : [Number(gelu.exact), Number(gelu.slopes), gelu.activated];
  if (m <= fewRows && transposedB && !transposedA && batches === 1) {
    // Threads take long runs of rows at first, so that each of the kernel's streams is long, and short ones at last, to end together.
    const chunk = work < smallProduct ? n : 16 * Math.ceil(n / (16 * 16 * engine.threads));
    const values = [m, n, k, a, b, c, ...init];
    if (gelu === undefined) engine.run('rowProducts', [...values, added], n, chunk);
    else engine.run('rowProductsGelu', [...values, ...activation], n, chunk);
    return;
  }
  const { tileWidth } = engine;
  const { blockRows, blockColumns } = cutProduct(product, engine);
  const itemCount = batches * Math.ceil(m / blockRows) * Math.ceil(n / blockColumns);
  const sizes = [tileWidth, Number(transposedA), Number(transposedB), m, n, k];
  const [aRow, bRow] = [transposedA ? m : k, transposedB ? k : n];
  const chunk = work < smallProduct ? itemCount : Math.max(1, Math.floor((smallProduct * itemCount) / work));
  if (gelu !== undefined) {
    const cut = [blockRows, blockColumns, ...activation];
    engine.run('matmulGelu', [...sizes, a, aRow, b, bRow, c, ...init, ...cut], itemCount, chunk);
    return;
  }
  engine.run(
    'matmul',
    [...sizes, a, aRow, aBatch, b, bRow, bBatch, c, n, m * n, ...init, 0, added, blockRows, blockColumns],
    itemCount,
    chunk,
  );
}
