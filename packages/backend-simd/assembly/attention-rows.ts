import { exp } from './exponential';
import { exponentials, hasHoles, hiddenScore, hideHoles, transformScores } from './attention-mask';
import { copyRows, zero } from './attention-pack';
import { AttentionSettings, keyBlock, wholePanels } from './attention-settings';
import { writeDropoutMask } from './threefry';

/*
 * What happens to the rows of a tile of scores between its products. All rows of a tile go through one step before the next, so that
 * none waits for another; hidden scores are minus infinity, whose weight is exactly 0.
 */

/** Smaller than any score; finite, so that scores of minus infinity stay hidden. */
export const noScore: f32 = -1e30;

/**
 * From scores of keys `first + begin` to `first + end`, whole panels, to weights that fit the largest score so far; what is already mixed
 * is scaled along. Rows are those of queries that follow each other; their scores lie a block of keys apart.
 */
export function softmaxRows(
  s: AttentionSettings,
  batch: i32,
  head: i32,
  query: i32,
  rows: i32,
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
  const beginByte = <usize>begin << 2;
  const endByte = <usize>end << 2;
  const mixedDim = wholePanels(s.valueDim);
  for (let r = 0; r < rows; r++) {
    const low = max(begin, load<i32>(lows + (<usize>r << 2)) - first);
    const high = min(end, load<i32>(highs + (<usize>r << 2)) - first);
    showScores(s, batch, head, query + r, scores + (<usize>(r * keyBlock) << 2), 0, first, begin, end, low, high);
  }
  for (let r = 0; r < rows; r++) {
    const at = <usize>r << 2;
    const before = load<f32>(largests + at);
    const largest = largestOf(scores + (<usize>(r * keyBlock) << 2), beginByte, endByte, before);
    store<f32>(largests + at, largest);
    const sum = load<f32>(sums + at);
    if (largest > before && sum != 0) {
      const factor = Mathf.exp(before - largest);
      const mixedRow = mixed + (<usize>(r * mixedDim) << 2);
      copyRows(mixedRow, 0, 1, mixedDim, factor, mixedRow, 0);
      store<f32>(sums + at, sum * factor);
    }
  }
  for (let r = 0; r < rows; r++) {
    const at = <usize>r << 2;
    const sum = exponentials(scores + (<usize>(r * keyBlock) << 2), beginByte, endByte, load<f32>(largests + at));
    store<f32>(sums + at, load<f32>(sums + at) + sum);
  }
  if (!s.dropoutKeys) return;
  for (let r = 0; r < rows; r++) {
    const low = max(begin, load<i32>(lows + (<usize>r << 2)) - first);
    const high = min(end, load<i32>(highs + (<usize>r << 2)) - first);
    dropWeights(s, batch, head, query + r, scores + (<usize>(r * keyBlock) << 2), first, low, high, mask);
  }
}

/**
 * From scores and dy value^T to the weights after dropout and the gradients of the scores, for keys `first + begin` to `first + end`, whole
 * panels; zeros beside them in all `columns` of the tile. `slope` has room for a row.
 */
export function gradientOfRows(
  s: AttentionSettings,
  batch: i32,
  head: i32,
  query: i32,
  rows: i32,
  first: i32,
  begin: i32,
  end: i32,
  columns: i32,
  weights: usize,
  gradScores: usize,
  lows: usize,
  highs: usize,
  deltas: usize,
  slope: usize,
  mask: usize,
): void {
  const beginByte = <usize>begin << 2;
  const endByte = <usize>end << 2;
  const after = (<usize>columns << 2) - endByte;
  const logSumExp = s.logSumExp + (<usize>((batch * s.heads + head) * s.queryTime + query) << 2);
  for (let r = 0; r < rows; r++) {
    const at = <usize>r << 2;
    const low = max(begin, load<i32>(lows + at) - first);
    const high = min(end, load<i32>(highs + at) - first);
    const row = <usize>(r * keyBlock) << 2;
    const weightRow = weights + row;
    const gradRow = gradScores + row;
    if (low >= high) {
      zero(weightRow, <usize>columns << 2);
      zero(gradRow, <usize>columns << 2);
      continue;
    }
    showScores(s, batch, head, query + r, weightRow, slope, first, begin, end, low, high);
    if (s.dropoutKeys) dropWeights(s, batch, head, query + r, gradRow, first, low, high, mask);
    gradientOfScores(weightRow, gradRow, beginByte, endByte, load<f32>(logSumExp + at), load<f32>(deltas + at));
    if (s.softCap > 0) multiplyBy(gradRow, slope, beginByte, endByte);
    if (s.dropoutKeys) dropWeights(s, batch, head, query + r, weightRow, first, low, high, mask);
    zero(weightRow, beginByte);
    zero(gradRow, beginByte);
    zero(weightRow + endByte, after);
    zero(gradRow + endByte, after);
  }
}

/** Caps and biases the scores of a row, and hides those outside of `low` to `high` and in holes. */
function showScores(
  s: AttentionSettings,
  batch: i32,
  head: i32,
  query: i32,
  row: usize,
  slope: usize,
  first: i32,
  begin: i32,
  end: i32,
  low: i32,
  high: i32,
): void {
  if (low >= high) {
    hide(row, begin, end);
    return;
  }
  if (s.softCap > 0 || s.alibiSlopes) {
    transformScores(s, batch, head, query, row, slope, first, <usize>begin << 2, <usize>end << 2);
  }
  hide(row, begin, low);
  hide(row, high, end);
  if (hasHoles(s)) hideHoles(s, batch, query, row, first, first + low, first + high);
}

/** Hides scores `from` to `to` of a row. */
function hide(row: usize, from: i32, to: i32): void {
  const hidden = f32x4.splat(hiddenScore);
  for (; from < to && (from & 3) != 0; from++) store<f32>(row + (<usize>from << 2), hiddenScore);
  for (; from + 4 <= to; from += 4) v128.store(row + (<usize>from << 2), hidden);
  for (; from < to; from++) store<f32>(row + (<usize>from << 2), hiddenScore);
}

/** The largest of `before` and the scores from byte `begin` to byte `end`, in whole groups of eight. */
function largestOf(row: usize, begin: usize, end: usize, before: f32): f32 {
  let a = f32x4.splat(before);
  let b = a;
  for (let at = begin; at < end; at += 32) {
    a = f32x4.pmax(a, v128.load(row + at));
    b = f32x4.pmax(b, v128.load(row + at, 16));
  }
  a = f32x4.pmax(a, b);
  return max(
    max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
    max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
  );
}

/** `w = exp(w - shift)` and `g = w (g - delta)`, both exactly 0 where the exponential is below 1e-38, in whole groups of eight. */
function gradientOfScores(w: usize, g: usize, begin: usize, end: usize, shift: f32, delta: f32): void {
  const minus = f32x4.splat(-shift);
  const mean = f32x4.splat(delta);
  const limit = f32x4.splat(-87);
  for (let at = begin; at < end; at += 32) {
    const a = f32x4.add(v128.load(w + at), minus);
    const b = f32x4.add(v128.load(w + at, 16), minus);
    const hiddenA = f32x4.lt(a, limit);
    const hiddenB = f32x4.lt(b, limit);
    const wa = v128.andnot(exp(a), hiddenA);
    const wb = v128.andnot(exp(b), hiddenB);
    const ga = v128.andnot(f32x4.mul(wa, f32x4.sub(v128.load(g + at), mean)), hiddenA);
    const gb = v128.andnot(f32x4.mul(wb, f32x4.sub(v128.load(g + at, 16), mean)), hiddenB);
    v128.store(w + at, wa);
    v128.store(w + at, wb, 16);
    v128.store(g + at, ga);
    v128.store(g + at, gb, 16);
  }
}

/** `x *= factors`, in whole groups of eight. */
function multiplyBy(x: usize, factors: usize, begin: usize, end: usize): void {
  for (let at = begin; at < end; at += 32) {
    const a = f32x4.mul(v128.load(x + at), v128.load(factors + at));
    const b = f32x4.mul(v128.load(x + at, 16), v128.load(factors + at, 16));
    v128.store(x + at, a);
    v128.store(x + at, b, 16);
  }
}

/** Multiplies the weights of keys `low` to `high`, and of those that share a group of eight with them, with their dropout mask. */
function dropWeights(
  s: AttentionSettings,
  batch: i32,
  head: i32,
  query: i32,
  row: usize,
  first: i32,
  low: i32,
  high: i32,
  mask: usize,
): void {
  if (low >= high) return;
  const from = low & ~7;
  const to = (high + 7) & ~7;
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
  // The mask begins at an even word.
  const begin = <usize>from << 2;
  multiplyBy(row, mask + (<usize>(word & 1) << 2) - begin, begin, <usize>to << 2);
}
