import { visibleRange } from './attention-mask';
import { copyRows, packColumns, packRows, zero } from './attention-pack';
import { gradientOfRows } from './attention-rows';
import { AttentionSettings, keyBlock, wholePanels } from './attention-settings';
import { tileByColumns, tileByRows, tileRows } from './attention-tile';
import { threadScratch } from './thread-scratch';

/*
 * The gradient of attention in tiles (Dao et al. 2022, algorithm 4): weights are computed again from logSumExp. With
 * p = weights and m = dropout mask: dp = dy value^T m; ds = p (dp - sum(dy y)) cap'; dquery = scale ds key;
 * dkey = scale ds^T query; dvalue = (p m)^T dy.
 */

/** Items are key heads of rows of the batch: every query head that shares one adds to the same gradient. */
export function attentionGradient(settings: usize, from: i32, to: i32): void {
  const s = changetype<AttentionSettings>(settings);
  const group = s.heads / s.kvHeads;
  const depth = wholePanels(s.keyTime);
  const headDim = s.headDim;
  const valueDim = s.valueDim;
  const paddedHeadDim = wholePanels(headDim);
  const paddedValueDim = wholePanels(valueDim);
  const keyStride = <usize>s.keyRow << 2;
  const valueStride = <usize>s.valueRow << 2;
  // What is packed lies in the workspace, or in the thread's working space, where it stays in the cache.
  const scratch = threadScratch();
  const space = scratch + (s.workspace ? 0 : s.workspaceStride);
  for (let item = from; item < to; item++) {
    const batch = item / s.kvHeads;
    const kvHead = item % s.kvHeads;
    const firstKey = <usize>(batch * s.keyTime * s.keyRow + kvHead * headDim) << 2;
    const firstValue = <usize>(batch * s.keyTime * s.valueRow + kvHead * valueDim) << 2;
    const key = s.key + firstKey;
    const value = s.value + firstValue;
    const keyColumns = s.workspace ? s.workspace + <usize>item * s.workspaceStride : scratch;
    const valueColumns = keyColumns + (<usize>(depth * headDim) << 2);
    const keyRows = valueColumns + (<usize>(depth * valueDim) << 2);
    // Tiles of six keys may end up to five rows after the last panel.
    const gradKey = keyRows + (<usize>(depth * paddedHeadDim) << 2);
    const gradValue = gradKey + (<usize>((depth + 8) * paddedHeadDim) << 2);
    packColumns(key, keyStride, s.keyTime, headDim, keyColumns);
    packColumns(value, valueStride, s.keyTime, valueDim, valueColumns);
    packRows(key, keyStride, s.keyTime, depth, headDim, 1, keyRows);
    zero(gradKey, <usize>((depth + 8) * paddedHeadDim) << 2);
    zero(gradValue, <usize>((depth + 8) * paddedValueDim) << 2);
    for (let head = kvHead * group; head < (kvHead + 1) * group; head++) {
      for (let start = 0; start < s.queryTime; start += s.queryBlock) {
        gradientOfBlock(s, batch, head, start, keyColumns, valueColumns, keyRows, gradKey, gradValue, space);
      }
    }
    copyRows(
      gradKey,
      <usize>paddedHeadDim << 2,
      s.keyTime,
      headDim,
      1,
      s.gradKey + firstKey,
      keyStride,
    );
    copyRows(
      gradValue,
      <usize>paddedValueDim << 2,
      s.keyTime,
      valueDim,
      1,
      s.gradValue + firstValue,
      valueStride,
    );
  }
}

function gradientOfBlock(
  s: AttentionSettings,
  batch: i32,
  head: i32,
  start: i32,
  keyColumns: usize,
  valueColumns: usize,
  keyRows: usize,
  gradKey: usize,
  gradValue: usize,
  space: usize,
): void {
  const rows = min(s.queryBlock, s.queryTime - start);
  const paddedRows = ((rows + tileRows - 1) / tileRows) * tileRows;
  const headDim = s.headDim;
  const valueDim = s.valueDim;
  const paddedHeadDim = wholePanels(headDim);
  const paddedValueDim = wholePanels(valueDim);
  const depth = wholePanels(s.keyTime);
  const block = <usize>s.queryBlock;

  const scoreStride = <usize>keyBlock << 2;
  const queryStride = <usize>paddedHeadDim << 2;
  const outputStride = <usize>paddedValueDim << 2;
  const queries = space;
  const queryPanels = queries + block * queryStride;
  const gradQuery = queryPanels + block * queryStride;
  const outputs = gradQuery + block * queryStride;
  const outputPanels = outputs + block * outputStride;
  const weights = outputPanels + block * outputStride;
  const gradScores = weights + block * scoreStride;
  const slope = gradScores + block * scoreStride;
  const lows = slope + scoreStride;
  const highs = lows + (block << 2);
  const deltas = highs + (block << 2);
  // Of each tile of queries the first key and the one past the last that any of them sees in the block of keys.
  const hulls = deltas + (block << 2);
  const mask = hulls + (block << 2);

  const firstQuery = <usize>((batch * s.queryTime + start) * s.queryRow + head * headDim) << 2;
  const firstOutput = <usize>(((batch * s.queryTime + start) * s.heads + head) * valueDim) << 2;
  const query = s.query + firstQuery;
  const output = s.dy + firstOutput;
  const y = s.y + firstOutput;
  const fullQueryStride = <usize>s.queryRow << 2;
  const fullOutputStride = <usize>(s.heads * valueDim) << 2;
  zero(queries + <usize>rows * queryStride, <usize>(paddedRows - rows) * queryStride);
  zero(outputs + <usize>rows * outputStride, <usize>(paddedRows - rows) * outputStride);
  copyRows(query, fullQueryStride, rows, headDim, s.scale, queries, queryStride);
  packRows(query, fullQueryStride, rows, paddedRows, headDim, s.scale, queryPanels);
  copyRows(output, fullOutputStride, rows, valueDim, 1, outputs, outputStride);
  packRows(output, fullOutputStride, rows, paddedRows, valueDim, 1, outputPanels);
  zero(gradQuery, <usize>paddedRows * queryStride);
  let lowest = s.keyTime;
  let highest = 0;
  for (let r = 0; r < paddedRows; r++) {
    const at = <usize>r << 2;
    if (r < rows) {
      visibleRange(s, batch, start + r, lows + at, highs + at);
      store<f32>(deltas + at, dot(output + <usize>r * fullOutputStride, y + <usize>r * fullOutputStride, valueDim));
    } else {
      store<i32>(lows + at, 0);
      store<i32>(highs + at, 0);
    }
    if (load<i32>(highs + at) > 0) {
      lowest = min(lowest, load<i32>(lows + at));
      highest = max(highest, load<i32>(highs + at));
    }
  }

  for (let first = lowest - (lowest % keyBlock); first < highest; first += keyBlock) {
    const last = min(first + keyBlock, s.keyTime);
    const columns = wholePanels(last - first);
    for (let tile = 0; tile < paddedRows; tile += tileRows) {
      let low = last;
      let high = first;
      for (let r = tile; r < tile + tileRows; r++) {
        const rowLow = max(first, load<i32>(lows + (<usize>r << 2)));
        const rowHigh = min(last, load<i32>(highs + (<usize>r << 2)));
        if (rowLow < rowHigh) {
          low = min(low, rowLow);
          high = max(high, rowHigh);
        }
      }
      const begin = low < high ? (low - first) & ~15 : 0;
      const end = low < high ? wholePanels(high - first) : 0;
      const tileBytes = <usize>tile * scoreStride;
      for (let column = begin; column < end; column += 16) {
        const at = tileBytes + (<usize>column << 2);
        tileByRows(
          queries + <usize>tile * queryStride,
          queryStride,
          keyColumns + (<usize>((first + column) * headDim) << 2),
          headDim,
          weights + at,
          scoreStride,
          false,
        );
        tileByRows(
          outputs + <usize>tile * outputStride,
          outputStride,
          valueColumns + (<usize>((first + column) * valueDim) << 2),
          valueDim,
          gradScores + at,
          scoreStride,
          false,
        );
      }
      const rowWords = <usize>tile << 2;
      gradientOfRows(
        s,
        batch,
        head,
        start + tile,
        tileRows,
        first,
        begin,
        end,
        columns,
        weights + tileBytes,
        gradScores + tileBytes,
        lows + rowWords,
        highs + rowWords,
        deltas + rowWords,
        slope,
        mask,
      );
      const hull = hulls + <usize>(tile / tileRows) * 8;
      store<i32>(hull, begin < end ? low - first : keyBlock);
      store<i32>(hull, begin < end ? high - first : 0, 4);
      for (let column = 0; column < paddedHeadDim && begin < end; column += 16) {
        tileByRows(
          gradScores + tileBytes + (<usize>begin << 2),
          scoreStride,
          keyRows + (<usize>(column * depth + ((first + begin) << 4)) << 2),
          end - begin,
          gradQuery + <usize>tile * queryStride + (<usize>column << 2),
          queryStride,
          true,
        );
      }
    }
    for (let k = 0; k < last - first; k += tileRows) {
      let begin = paddedRows;
      let end = 0;
      let hull = hulls;
      for (let tile = 0; tile < paddedRows; tile += tileRows) {
        if (load<i32>(hull) < k + tileRows && load<i32>(hull, 4) > k) {
          begin = min(begin, tile);
          end = tile + tileRows;
        }
        hull += 8;
      }
      if (begin >= end) continue;
      const at = (<usize>begin * keyBlock + <usize>k) << 2;
      for (let column = 0; column < paddedValueDim; column += 16) {
        tileByColumns(
          weights + at,
          scoreStride,
          outputPanels + (<usize>(column * paddedRows + (begin << 4)) << 2),
          end - begin,
          gradValue + (<usize>((first + k) * paddedValueDim + column) << 2),
          outputStride,
        );
      }
      for (let column = 0; column < paddedHeadDim; column += 16) {
        tileByColumns(
          gradScores + at,
          scoreStride,
          queryPanels + (<usize>(column * paddedRows + (begin << 4)) << 2),
          end - begin,
          gradKey + (<usize>((first + k) * paddedHeadDim + column) << 2),
          queryStride,
        );
      }
    }
  }
  copyRows(
    gradQuery,
    queryStride,
    rows,
    headDim,
    s.scale,
    s.gradQuery + firstQuery,
    fullQueryStride,
  );
}

function dot(a: usize, b: usize, count: i32): f32 {
  let sum: f32 = 0;
  let x = f32x4.splat(0);
  let y = x;
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const at = <usize>i << 2;
    x = f32x4.add(x, f32x4.mul(v128.load(a + at), v128.load(b + at)));
    y = f32x4.add(y, f32x4.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
  }
  for (; i < count; i++) sum += load<f32>(a + (<usize>i << 2)) * load<f32>(b + (<usize>i << 2));
  x = f32x4.add(x, y);
  return (
    sum +
    (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3)))
  );
}
