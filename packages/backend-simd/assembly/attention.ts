import { visibleRange } from './attention-mask';
import { copyRows, packColumns, packRows, zero } from './attention-pack';
import { noScore, softmaxRows } from './attention-rows';
import { AttentionSettings, keyBlock, wholePanels } from './attention-settings';
import { tileByRows, tileRows } from './attention-tile';
import { threadScratch } from './thread-scratch';

/*
 * Attention in tiles with an online softmax (Dao et al. 2022, algorithm 1): where there are enough key heads for all threads, each is
 * packed and attended to by one of them; otherwise all are packed before blocks of queries are shared out.
 */

/** Items are key heads of rows of the batch, which are packed into the thread's working space. */
export function attentionOfHeads(settings: usize, from: i32, to: i32): void {
  const s = changetype<AttentionSettings>(settings);
  const group = s.heads / s.kvHeads;
  const keys = threadScratch();
  for (let item = from; item < to; item++) {
    const batch = item / s.kvHeads;
    const kvHead = item % s.kvHeads;
    packHead(s, batch, kvHead, keys);
    for (let head = kvHead * group; head < (kvHead + 1) * group; head++) {
      for (let start = 0; start < s.queryTime; start += s.queryBlock) {
        attendBlock(s, batch, head, start, keys, keys + s.workspaceStride);
      }
    }
  }
}

/** Items are key heads of rows of the batch, which are packed into the workspace. */
export function attentionPack(settings: usize, from: i32, to: i32): void {
  const s = changetype<AttentionSettings>(settings);
  for (let item = from; item < to; item++) {
    packHead(s, item / s.kvHeads, item % s.kvHeads, s.workspace + <usize>item * s.workspaceStride);
  }
}

/** Items are blocks of queries of heads of rows of the batch, after attentionPack. */
export function attention(settings: usize, from: i32, to: i32): void {
  const s = changetype<AttentionSettings>(settings);
  const blocks = (s.queryTime + s.queryBlock - 1) / s.queryBlock;
  const group = s.heads / s.kvHeads;
  for (let item = from; item < to; item++) {
    const batch = item / blocks / s.heads;
    const head = (item / blocks) % s.heads;
    const keys = s.workspace + <usize>(batch * s.kvHeads + head / group) * s.workspaceStride;
    // Late queries see the most: they go first, so that no thread ends with a long one.
    const start = (blocks - 1 - (item % blocks)) * s.queryBlock;
    attendBlock(s, batch, head, start, keys, threadScratch());
  }
}

/** Packs keys as columns, then values as rows. */
function packHead(s: AttentionSettings, batch: i32, kvHead: i32, keys: usize): void {
  const depth = wholePanels(s.keyTime);
  const values = keys + (<usize>(depth * s.headDim) << 2);
  const key = s.key + (<usize>(batch * s.keyTime * s.keyRow + kvHead * s.headDim) << 2);
  const value = s.value + (<usize>(batch * s.keyTime * s.valueRow + kvHead * s.valueDim) << 2);
  packColumns(key, <usize>s.keyRow << 2, s.keyTime, s.headDim, keys);
  packRows(value, <usize>s.valueRow << 2, s.keyTime, depth, s.valueDim, 1, values);
}

/** Queries from `start` on of one head, whose keys are packed at `keys`; working space lies at `space`. */
function attendBlock(s: AttentionSettings, batch: i32, head: i32, start: i32, keys: usize, space: usize): void {
  const rows = min(s.queryBlock, s.queryTime - start);
  const paddedRows = ((rows + tileRows - 1) / tileRows) * tileRows;
  const headDim = s.headDim;
  const valueDim = s.valueDim;
  const paddedValueDim = wholePanels(valueDim);
  const depth = wholePanels(s.keyTime);
  const values = keys + (<usize>(depth * headDim) << 2);

  const queryStride = <usize>((headDim + 7) & ~7) << 2;
  const scoreStride = <usize>keyBlock << 2;
  const mixedStride = <usize>paddedValueDim << 2;
  const queries = space;
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
      const rowWords = <usize>block << 2;
      softmaxRows(
        s,
        batch,
        head,
        start + block,
        tileRows,
        first,
        begin,
        end,
        tile,
        mixed + <usize>block * mixedStride,
        lows + rowWords,
        highs + rowWords,
        largests + rowWords,
        sums + rowWords,
        mask,
      );
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
