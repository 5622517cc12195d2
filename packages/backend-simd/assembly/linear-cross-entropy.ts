import { exp, tanh } from './exponential';
import { packColumns, packRows, panelBytes } from './pack';
import { panelProduct } from './panel-product';
import { largestNumberOf } from './reductions';
import { addLanes } from './row-sums';
import { threadScratch } from './thread-scratch';

/*
 * The output head with softmax cross entropy. Logits exist for a block of tokens and a chunk of the vocabulary at a time, in
 * the thread's scratch; those of the first chunks may be kept for the gradient, which computes the others again.
 */

/** k of one pass: a panel of the weight stays in the first-level cache. */
const depthBlock: u32 = 384;

/** Bytes of packed columns. */
@inline
function packedBytes(depth: u32, columns: u32, width: u32): usize {
  return panelBytes(depth, width) * ((columns + width - 1) / width);
}

/** Bytes that `packWeight` fills. */
function weightBytes(dim: u32, columns: u32, width: u32): usize {
  const passes = dim / depthBlock;
  const rest = dim - passes * depthBlock;
  return passes * packedBytes(depthBlock, columns, width) + (rest > 0 ? packedBytes(rest, columns, width) : 0);
}

/** Packs rows of the weight as columns, `depthBlock` deep. */
function packWeight(weight: usize, dim: u32, columns: u32, width: u32, target: usize): void {
  for (let first: u32 = 0; first < dim; first += depthBlock) {
    const depth = min(depthBlock, dim - first);
    packColumns(weight + (<usize>first << 2), <usize>dim << 2, depth, columns, width, target);
    target += packedBytes(depth, columns, width);
  }
}

/** Logits of some tokens for the packed chunk. */
function logitsOf(
  hidden: usize, rows: u32, dim: u32, columns: u32, width: u32, panels: usize, tile: usize, tileRow: usize, softCap: f32,
): void {
  for (let first: u32 = 0; first < dim; first += depthBlock) {
    const depth = min(depthBlock, dim - first);
    const a = hidden + (<usize>first << 2);
    panelProduct(width, rows, columns, depth, a, <usize>dim << 2, 4, panels, panelBytes(depth, width), tile, tileRow, first != 0);
    panels += packedBytes(depth, columns, width);
  }
  if (softCap > 0) {
    const cap = f32x4.splat(softCap);
    const inverse = f32x4.splat(<f32>1 / softCap);
    for (let i: u32 = 0; i < rows; i++) {
      const row = tile + <usize>i * tileRow;
      for (let at: usize = 0; at < tileRow; at += 32) {
        const a = f32x4.mul(tanh(f32x4.mul(v128.load(row + at), inverse)), cap);
        const b = f32x4.mul(tanh(f32x4.mul(v128.load(row + at, 16), inverse)), cap);
        v128.store(row + at, a);
        v128.store(row + at, b, 16);
      }
    }
  }
}

/** Sum of `exp(x - shift)` over a row. */
function exponentialSum(row: usize, bytes: usize, shift: f32): f32 {
  const minus = f32x4.splat(shift);
  let a = f32x4.splat(0);
  let b = a;
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    a = f32x4.add(a, exp(f32x4.sub(v128.load(row + at), minus)));
    b = f32x4.add(b, exp(f32x4.sub(v128.load(row + at, 16), minus)));
  }
  let sum = addLanes(a, b);
  for (; at < bytes; at += 4) sum += f32x4.extract_lane(exp(f32x4.sub(v128.load32_zero(row + at), minus)), 0);
  return sum;
}

/**
 * For each token and chunk of `chunkColumns` words the largest logit and the sum of exponentials, at
 * `parts[chunk, token, 2]`, and for each token the logit of its target. Logits of the first `keptChunks` chunks stay at
 * `kept[chunk, token, chunkColumns]`. Items are pairs of a chunk and a group of `groupTokens` tokens, groups first.
 */
export function crossEntropyParts(
  width: u32, hidden: usize, weight: usize, targets: usize, tokens: u32, vocab: u32, dim: u32, softCap: f32,
  chunkColumns: u32, tokenBlock: u32, groupTokens: u32, parts: usize, targetLogits: usize, kept: usize, keptChunks: u32,
  from: u32, to: u32,
): void {
  const groups = (tokens + groupTokens - 1) / groupTokens;
  const tileRow = <usize>chunkColumns << 2;
  const scratch = threadScratch();
  const panels = scratch + <usize>tokenBlock * tileRow;
  for (let item = from; item < to; item++) {
    const chunk = item / groups;
    const firstColumn = chunk * chunkColumns;
    const columns = min(chunkColumns, vocab - firstColumn);
    const firstToken = (item % groups) * groupTokens;
    const lastToken = min(tokens, firstToken + groupTokens);
    packWeight(weight + (<usize>(firstColumn * dim) << 2), dim, columns, width, panels);
    for (let token = firstToken; token < lastToken; token += tokenBlock) {
      const rows = min(tokenBlock, lastToken - token);
      const tile = chunk < keptChunks ? kept + <usize>(chunk * tokens + token) * tileRow : scratch;
      logitsOf(hidden + (<usize>token * dim << 2), rows, dim, columns, width, panels, tile, tileRow, softCap);
      for (let i: u32 = 0; i < rows; i++) {
        const row = tile + <usize>i * tileRow;
        const bytes = <usize>columns << 2;
        const largest = largestNumberOf(row, row + bytes);
        const part = parts + (<usize>(chunk * tokens + token + i) << 3);
        store<f32>(part, largest);
        store<f32>(part, exponentialSum(row, bytes, largest), 4);
        const target = load<u32>(targets + (<usize>(token + i) << 2)) - firstColumn;
        if (target < columns) {
          store<f32>(targetLogits + (<usize>(token + i) << 2), load<f32>(row + (<usize>target << 2)));
        }
      }
    }
  }
}

/**
 * Adds up the parts of `chunks` chunks: `logSumExp`, and the loss `logSumExp - target's logit`, 0 where the target is
 * `ignoreIndex` and NaN where it is no word. Items are tokens.
 */
export function crossEntropyLosses(
  targets: usize, ignoreIndex: i32, tokens: u32, vocab: u32, chunks: u32, parts: usize, targetLogits: usize, losses: usize,
  logSumExp: usize, from: u32, to: u32,
): void {
  for (let token = from; token < to; token++) {
    let largest: f32 = -Infinity;
    for (let chunk: u32 = 0; chunk < chunks; chunk++) {
      largest = max(largest, load<f32>(parts + (<usize>(chunk * tokens + token) << 3)));
    }
    let sum: f32 = 0;
    for (let chunk: u32 = 0; chunk < chunks; chunk++) {
      const part = parts + (<usize>(chunk * tokens + token) << 3);
      sum += load<f32>(part, 4) * Mathf.exp(load<f32>(part) - largest);
    }
    const at = <usize>token << 2;
    const total = largest + Mathf.log(sum);
    const target = load<i32>(targets + at);
    store<f32>(logSumExp + at, total);
    // Rounding may put the difference just below 0.
    if (target == ignoreIndex) store<f32>(losses + at, 0);
    else store<f32>(losses + at, <u32>target < vocab ? max<f32>(0, total - load<f32>(targetLogits + at)) : NaN);
  }
}

/** Gradients of a row of logits: `dy (exp(logit - logSumExp) - [target])`, times the derivative of the cap. In place if need be. */
function gradientOfLogits(
  logits: usize, row: usize, columns: u32, padded: u32, logSumExp: f32, dy: f32, target: u32, softCap: f32,
): void {
  const bytes = <usize>padded << 2;
  const targetLogit = target < columns ? load<f32>(logits + (<usize>target << 2)) : 0;
  const minus = f32x4.splat(logSumExp);
  const times = f32x4.splat(dy);
  if (softCap > 0) {
    const inverse = f32x4.splat(<f32>1 / softCap);
    const one = f32x4.splat(1);
    for (let at: usize = 0; at < bytes; at += 32) {
      const a = v128.load(logits + at);
      const b = v128.load(logits + at, 16);
      const p = f32x4.mul(a, inverse);
      const q = f32x4.mul(b, inverse);
      const c = f32x4.mul(f32x4.mul(exp(f32x4.sub(a, minus)), times), f32x4.sub(one, f32x4.mul(p, p)));
      const d = f32x4.mul(f32x4.mul(exp(f32x4.sub(b, minus)), times), f32x4.sub(one, f32x4.mul(q, q)));
      v128.store(row + at, c);
      v128.store(row + at, d, 16);
    }
  } else {
    for (let at: usize = 0; at < bytes; at += 32) {
      const a = f32x4.mul(exp(f32x4.sub(v128.load(logits + at), minus)), times);
      const b = f32x4.mul(exp(f32x4.sub(v128.load(logits + at, 16), minus)), times);
      v128.store(row + at, a);
      v128.store(row + at, b, 16);
    }
  }
  if (target < columns) {
    const share = softCap > 0 ? targetLogit / softCap : 0;
    const slope = <f32>1 - share * share;
    const at = row + (<usize>target << 2);
    store<f32>(at, load<f32>(at) - dy * slope);
  }
}

/**
 * Gradients of the hidden states and of the weight. Items are pairs of a group of `groupColumns` words (whole chunks) and
 * one of `groupTokens` tokens (whole blocks), groups of tokens first. Each group of words has its own sum of the gradient of
 * the hidden states, each group of tokens that of the weight; their rows are `rowBytes` long, a multiple of 64. Logits of the first
 * `keptChunks` chunks lie at `kept[chunk, token, chunkColumns]`.
 */
export function crossEntropyGradient(
  width: u32, dy: usize, hidden: usize, weight: usize, targets: usize, logSumExp: usize, tokens: u32, vocab: u32, dim: u32,
  softCap: f32, ignoreIndex: i32, chunkColumns: u32, tokenBlock: u32, groupColumns: u32, groupTokens: u32,
  hiddenParts: usize, weightParts: usize, rowBytes: usize, kept: usize, keptChunks: u32, from: u32, to: u32,
): void {
  const groups = (tokens + groupTokens - 1) / groupTokens;
  const tileRow = <usize>chunkColumns << 2;
  const dimBytes = <usize>dim << 2;
  const tile = threadScratch();
  const panels = tile + <usize>tokenBlock * tileRow;
  const weightRows = panels + weightBytes(dim, chunkColumns, width);
  const hiddenRows = weightRows + packedBytes(chunkColumns, dim, width);
  for (let item = from; item < to; item++) {
    const columnGroup = item / groups;
    const tokenGroup = item % groups;
    const lastColumn = min(vocab, (columnGroup + 1) * groupColumns);
    const firstToken = tokenGroup * groupTokens;
    const lastToken = min(tokens, firstToken + groupTokens);
    const gradHidden = hiddenParts + <usize>columnGroup * tokens * rowBytes;
    const gradWeight = weightParts + <usize>tokenGroup * vocab * rowBytes;
    for (let firstColumn = columnGroup * groupColumns; firstColumn < lastColumn; firstColumn += chunkColumns) {
      const columns = min(chunkColumns, lastColumn - firstColumn);
      const weightChunk = weight + <usize>firstColumn * dimBytes;
      const chunk = firstColumn / chunkColumns;
      const isKept = chunk < keptChunks;
      if (!isKept) packWeight(weightChunk, dim, columns, width, panels);
      packRows(weightChunk, dimBytes, columns, dim, width, weightRows);
      for (let token = firstToken; token < lastToken; token += tokenBlock) {
        const rows = min(tokenBlock, lastToken - token);
        const states = hidden + <usize>token * dimBytes;
        let logits = tile;
        if (isKept) logits = kept + <usize>(chunk * tokens + token) * tileRow;
        else logitsOf(states, rows, dim, columns, width, panels, tile, tileRow, softCap);
        for (let i: u32 = 0; i < rows; i++) {
          const at = <usize>(token + i) << 2;
          const target = load<i32>(targets + at);
          gradientOfLogits(
            logits + <usize>i * tileRow,
            tile + <usize>i * tileRow,
            columns,
            (columns + 7) & ~7,
            load<f32>(logSumExp + at),
            target == ignoreIndex ? 0 : load<f32>(dy + at),
            <u32>target - firstColumn,
            softCap,
          );
        }
        packRows(states, dimBytes, rows, dim, width, hiddenRows);
        panelProduct(
          width, rows, dim, columns, tile, tileRow, 4, weightRows, panelBytes(columns, width),
          gradHidden + <usize>token * rowBytes, rowBytes, firstColumn != columnGroup * groupColumns,
        );
        panelProduct(
          width, columns, dim, rows, tile, 4, tileRow, hiddenRows, panelBytes(rows, width),
          gradWeight + <usize>firstColumn * rowBytes, rowBytes, token != firstToken,
        );
      }
    }
  }
}
