import { exponentials, hasHoles, hiddenScore, hideHoles, transformScores, visibleRange } from './attention-mask';
import { copyRows, packColumns, packRows, zero } from './attention-pack';
import { AttentionSettings, keyBlock, wholePanels } from './attention-settings';
import { tileByRows, tileRows } from './attention-tile';
import { threadScratch } from './thread-scratch';
import { writeDropoutMask } from './threefry';

/** Smaller than any score; finite, so that scores of minus infinity stay hidden. */
export const noScore: f32 = -1e30;

/** Items are key heads of rows of the batch: packs keys as columns and values as rows into the workspace. */
export function attentionPack(settings: usize, from: i32, to: i32): void {
  const s = changetype<AttentionSettings>(settings);
  const depth = wholePanels(s.keyTime);
  for (let item = from; item < to; item++) {
    const batch = item / s.kvHeads;
    const kvHead = item % s.kvHeads;
    const keys = s.workspace + <usize>item * s.workspaceStride;
    const values = keys + (<usize>(depth * s.headDim) << 2);
    const key = s.key + (<usize>(batch * s.keyTime * s.keyRow + kvHead * s.headDim) << 2);
    const value = s.value + (<usize>(batch * s.keyTime * s.valueRow + kvHead * s.valueDim) << 2);
    packColumns(key, <usize>s.keyRow << 2, s.keyTime, s.headDim, keys);
    packRows(value, <usize>s.valueRow << 2, s.keyTime, depth, s.valueDim, 1, values);
  }
}

/**
 * Items are blocks of queries of heads of rows of the batch. Attention in tiles with an online softmax (Dao et al. 2022,
 * algorithm 1), after attentionPack.
 */
export function attention(settings: usize, from: i32, to: i32): void {
  const s = changetype<AttentionSettings>(settings);
  const blocks = (s.queryTime + s.queryBlock - 1) / s.queryBlock;
  for (let item = from; item < to; item++) {
    const batchHead = item / blocks;
    // Late queries see the most: they go first, so that no thread ends with a long one.
    const start = (blocks - 1 - (item % blocks)) * s.queryBlock;
    attendBlock(s, batchHead / s.heads, batchHead % s.heads, start);
  }
}

function attendBlock(s: AttentionSettings, batch: i32, head: i32, start: i32): void {
  const rows = min(s.queryBlock, s.queryTime - start);
  const paddedRows = ((rows + tileRows - 1) / tileRows) * tileRows;
  const headDim = s.headDim;
  const valueDim = s.valueDim;
  const paddedValueDim = wholePanels(valueDim);
  const depth = wholePanels(s.keyTime);
  const kvHead = head / (s.heads / s.kvHeads);
  const keys = s.workspace + <usize>(batch * s.kvHeads + kvHead) * s.workspaceStride;
  const values = keys + (<usize>(depth * headDim) << 2);

  const queryStride = <usize>((headDim + 7) & ~7) << 2;
  const scoreStride = <usize>keyBlock << 2;
  const mixedStride = <usize>paddedValueDim << 2;
  const queries = threadScratch();
  const scores = queries + <usize>s.queryBlock * queryStride;
  const mixed = scores + <usize>s.queryBlock * scoreStride;
  const lows = mixed + <usize>s.queryBlock * mixedStride;
  const highs = lows + (<usize>s.queryBlock << 2);
  const largests = highs + (<usize>s.queryBlock << 2);
  const sums = largests + (<usize>s.queryBlock << 2);
  const mask = sums + (<usize>s.queryBlock << 2);

  const firstQuery = (batch * s.queryTime + start) * s.queryRow + head * headDim;
  zero(queries, <usize>paddedRows * queryStride);
  copyRows(
    s.query + (<usize>firstQuery << 2),
    <usize>s.queryRow << 2,
    rows,
    headDim,
    s.scale,
    queries,
    queryStride,
  );
  zero(mixed, <usize>paddedRows * mixedStride);
  let lowest = s.keyTime;
  let highest = 0;
  for (let r = 0; r < paddedRows; r++) {
    const at = <usize>r << 2;
    if (r < rows) visibleRange(s, batch, start + r, lows + at, highs + at);
    else {
      store<i32>(lows + at, 0);
      store<i32>(highs + at, 0);
    }
    store<f32>(largests + at, noScore);
    store<f32>(sums + at, 0);
    if (load<i32>(highs + at) > 0) {
      lowest = min(lowest, load<i32>(lows + at));
      highest = max(highest, load<i32>(highs + at));
    }
  }

  for (let first = lowest - (lowest % keyBlock); first < highest; first += keyBlock) {
    const last = min(first + keyBlock, s.keyTime);
    for (let block = 0; block < paddedRows; block += tileRows) {
      let low = last;
      let high = first;
      for (let r = block; r < block + tileRows; r++) {
        const rowLow = max(first, load<i32>(lows + (<usize>r << 2)));
        const rowHigh = min(last, load<i32>(highs + (<usize>r << 2)));
        if (rowLow < rowHigh) {
          low = min(low, rowLow);
          high = max(high, rowHigh);
        }
      }
      if (low >= high) continue;
      const begin = (low - first) & ~15;
      const end = wholePanels(high - first);
      const tile = scores + <usize>block * scoreStride;
      for (let column = begin; column < end; column += 16) {
        const panel = keys + (<usize>((first + column) * headDim) << 2);
        tileByRows(
          queries + <usize>block * queryStride,
          queryStride,
          panel,
          headDim,
          tile + (<usize>column << 2),
          scoreStride,
          false,
        );
      }
      for (let r = block; r < block + tileRows; r++) {
        softmaxRow(s, batch, head, start + r, r, first, begin, end, scores, mixed, lows, highs, largests, sums, mask);
      }
      for (let column = 0; column < paddedValueDim; column += 16) {
        tileByRows(
          tile + (<usize>begin << 2),
          scoreStride,
          values + (<usize>(column * depth + ((first + begin) << 4)) << 2),
          end - begin,
          mixed + <usize>block * mixedStride + (<usize>column << 2),
          mixedStride,
          true,
        );
      }
    }
  }

  for (let r = 0; r < rows; r++) {
    const at = <usize>r << 2;
    finishRow(s, batch, head, start + r, mixed + <usize>r * mixedStride, load<f32>(sums + at), load<f32>(largests + at));
  }
}

/** Writes the result of a query: what is mixed over the sum of the weights, and the logarithm of that sum. */
export function finishRow(
  s: AttentionSettings,
  batch: i32,
  head: i32,
  query: i32,
  mixed: usize,
  sum: f32,
  largest: f32,
): void {
  const seesNone = sum == 0;
  const y = s.y + (<usize>(((batch * s.queryTime + query) * s.heads + head) * s.valueDim) << 2);
  copyRows(mixed, 0, 1, s.valueDim, seesNone ? 0 : 1 / sum, y, 0);
  const at = <usize>((batch * s.heads + head) * s.queryTime + query) << 2;
  store<f32>(s.logSumExp + at, seesNone ? 0 : largest + Mathf.log(sum));
}

/** One row of a tile: from scores to weights that fit the largest score so far; what is already mixed is scaled along. */
export function softmaxRow(
  s: AttentionSettings,
  batch: i32,
  head: i32,
  query: i32,
  r: i32,
  first: i32,
  begin: i32,
  end: i32,
  scores: usize,
  mixed: usize,
  lows: usize,
  highs: usize,
  largests: usize,
  sums: usize,
  mask: usize,
): void {
  const row = scores + (<usize>(r * keyBlock) << 2);
  const low = max(begin, load<i32>(lows + (<usize>r << 2)) - first);
  const high = min(end, load<i32>(highs + (<usize>r << 2)) - first);
  if (low >= high) {
    zero(row + (<usize>begin << 2), <usize>(end - begin) << 2);
    return;
  }
  const from = low & ~7;
  const to = (high + 7) & ~7;
  const fromByte = <usize>from << 2;
  const toByte = <usize>to << 2;
  if (s.softCap > 0 || s.alibiSlopes) transformScores(s, batch, head, query, row, 0, first, fromByte, toByte);
  for (let k = from; k < low; k++) store<f32>(row + (<usize>k << 2), hiddenScore);
  for (let k = high; k < to; k++) store<f32>(row + (<usize>k << 2), hiddenScore);
  if (hasHoles(s)) hideHoles(s, batch, query, row, first, first + low, first + high);
  zero(row + (<usize>begin << 2), <usize>(from - begin) << 2);
  zero(row + toByte, <usize>(end - to) << 2);

  const before = load<f32>(largests + (<usize>r << 2));
  let a = f32x4.splat(before);
  let b = a;
  for (let at = fromByte; at < toByte; at += 32) {
    a = f32x4.pmax(a, v128.load(row + at));
    b = f32x4.pmax(b, v128.load(row + at, 16));
  }
  a = f32x4.pmax(a, b);
  const largest: f32 = max(
    max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
    max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
  );
  const sum = exponentials(row, fromByte, toByte, largest);
  const sumBefore = load<f32>(sums + (<usize>r << 2));
  if (largest > before && sumBefore != 0) {
    const factor = Mathf.exp(before - largest);
    const mixedStride = <usize>wholePanels(s.valueDim) << 2;
    const mixedRow = mixed + <usize>r * mixedStride;
    copyRows(mixedRow, 0, 1, wholePanels(s.valueDim), factor, mixedRow, 0);
    store<f32>(sums + (<usize>r << 2), sumBefore * factor + sum);
  } else store<f32>(sums + (<usize>r << 2), sumBefore + sum);
  store<f32>(largests + (<usize>r << 2), largest);
  if (s.dropoutKeys) dropWeights(s, batch, head, query, row, first, from, to, mask);
}

/** Multiplies weights `from` to `to` of a row with their dropout mask. Both are multiples of 8, less than a tile apart. */
export function dropWeights(
  s: AttentionSettings,
  batch: i32,
  head: i32,
  query: i32,
  row: usize,
  first: i32,
  from: i32,
  to: i32,
  mask: usize,
): void {
  const word = (head * s.queryTime + query) * s.keyTime + first + from;
  const keys = s.dropoutKeys + (<usize>batch << 3);
  const even = word & ~1;
  writeDropoutMask(
    load<i32>(keys),
    load<i32>(keys, 4),
    even,
    to - from + (word & 1),
    s.dropoutThreshold,
    s.dropoutScale,
    mask,
  );
  let at = row + (<usize>from << 2);
  const end = row + (<usize>to << 2);
  let factors = mask + (<usize>(word & 1) << 2);
  for (; at < end; at += 32) {
    const a = f32x4.mul(v128.load(at), v128.load(factors));
    const b = f32x4.mul(v128.load(at, 16), v128.load(factors, 16));
    v128.store(at, a);
    v128.store(at, b, 16);
    factors += 32;
  }
}
