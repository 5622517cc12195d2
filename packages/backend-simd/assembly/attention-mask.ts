import { AttentionSettings } from './attention-settings';
import { exp, tanh } from './exponential';

/** What stands for a hidden score: its exponential is exactly 0 beside any other. */
export const hiddenScore: f32 = -Infinity;

/** Position of a query. */
@inline
export function queryPosition(s: AttentionSettings, batch: i32, query: i32): i32 {
  const given = s.queryPositions;
  return given ? load<i32>(given + (<usize>(batch * s.queryTime + query) << 2)) : s.firstPosition + query;
}

/** Whether keys inside the range of a query may be hidden too. */
@inline
export function hasHoles(s: AttentionSettings): bool {
  return s.keyPositions != 0 || s.segmentIds != 0;
}

/** Writes the range of keys that a query may see: `[load<i32>(low), load<i32>(high))`. */
export function visibleRange(s: AttentionSettings, batch: i32, query: i32, low: usize, high: usize): void {
  let from = 0;
  let to = s.keyTime;
  if (s.keyLengths) to = max(0, min(to, load<i32>(s.keyLengths + (<usize>batch << 2))));
  if (!s.keyPositions) {
    const position = queryPosition(s, batch, query);
    if (s.causal) to = min(to, position + 1);
    if (s.window > 0) {
      from = max(from, position - s.window + 1);
      if (!s.causal) to = min(to, position + s.window);
    }
  }
  // An empty range is [0, 0).
  if (to <= from) {
    from = 0;
    to = 0;
  }
  store<i32>(low, from);
  store<i32>(high, to);
}

/** Hides keys `from` to `to` of a row whose first score is that of key `first`, where holes hide them. */
export function hideHoles(
  s: AttentionSettings,
  batch: i32,
  query: i32,
  row: usize,
  first: i32,
  from: i32,
  to: i32,
): void {
  const position = queryPosition(s, batch, query);
  const segments = s.segmentIds + (<usize>(batch * s.keyTime) << 2);
  const positions = s.keyPositions + (<usize>(batch * s.keyTime) << 2);
  const own = s.segmentIds ? load<i32>(segments + (<usize>query << 2)) : 0;
  for (let key = from; key < to; key++) {
    let visible = true;
    if (s.segmentIds) visible = load<i32>(segments + (<usize>key << 2)) == own;
    if (s.keyPositions) {
      const distance = position - load<i32>(positions + (<usize>key << 2));
      if (s.causal && distance < 0) visible = false;
      if (s.window > 0 && (distance >= s.window || -distance >= s.window)) visible = false;
    }
    if (!visible) store<f32>(row + (<usize>(key - first) << 2), hiddenScore);
  }
}

/**
 * Caps scores and adds the linear bias, in place, for whole groups of eight from byte `begin` to byte `end` of a row whose
 * first score is that of key `first`. Where `slope` is not 0 the derivative of the cap goes there.
 */
export function transformScores(
  s: AttentionSettings,
  batch: i32,
  head: i32,
  query: i32,
  row: usize,
  slope: usize,
  first: i32,
  begin: usize,
  end: usize,
): void {
  if (s.softCap > 0) {
    const cap = f32x4.splat(s.softCap);
    const inverse = f32x4.splat(1 / s.softCap);
    const one = f32x4.splat(1);
    for (let at = begin; at < end; at += 32) {
      const a = tanh(f32x4.mul(v128.load(row + at), inverse));
      const b = tanh(f32x4.mul(v128.load(row + at, 16), inverse));
      v128.store(row + at, f32x4.mul(a, cap));
      v128.store(row + at, f32x4.mul(b, cap), 16);
      if (slope) {
        v128.store(slope + at, f32x4.sub(one, f32x4.mul(a, a)));
        v128.store(slope + at, f32x4.sub(one, f32x4.mul(b, b)), 16);
      }
    }
  }
  if (s.alibiSlopes) {
    const bias = load<f32>(s.alibiSlopes + (<usize>head << 2));
    const position = queryPosition(s, batch, query);
    const positions = s.keyPositions + (<usize>(batch * s.keyTime) << 2);
    for (let at = begin; at < end; at += 4) {
      const key = first + <i32>(at >> 2);
      // Scores beyond the last key are hidden in any case.
      if (key >= s.keyTime) break;
      const keyPosition = s.keyPositions ? load<i32>(positions + (<usize>key << 2)) : key;
      store<f32>(row + at, load<f32>(row + at) - bias * <f32>(position - keyPosition));
    }
  }
}

/** Makes scores `exp(score - shift)`, exactly 0 where that is below 1e-38, in whole groups of eight, and returns their sum. */
export function exponentials(row: usize, begin: usize, end: usize, shift: f32): f32 {
  const minus = f32x4.splat(-shift);
  const limit = f32x4.splat(-87);
  let sumA = f32x4.splat(0);
  let sumB = sumA;
  for (let at = begin; at < end; at += 32) {
    const a = f32x4.add(v128.load(row + at), minus);
    const b = f32x4.add(v128.load(row + at, 16), minus);
    const pa = v128.andnot(exp(a), f32x4.lt(a, limit));
    const pb = v128.andnot(exp(b), f32x4.lt(b, limit));
    v128.store(row + at, pa);
    v128.store(row + at, pb, 16);
    sumA = f32x4.add(sumA, pa);
    sumB = f32x4.add(sumB, pb);
  }
  const sum = f32x4.add(sumA, sumB);
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}
