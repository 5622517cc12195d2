import { finishRow } from './attention';
import { visibleRange } from './attention-mask';
import { copyRows, zero } from './attention-pack';
import { noScore, softmaxRows } from './attention-rows';
import { AttentionSettings, keyBlock, wholePanels } from './attention-settings';
import { addFourDots, dot } from './dots';
import { multiplyAdd } from './multiply-add';
import { threadScratch } from './thread-scratch';

/** The most heads that go through the keys together, so that they fit into the thread's working space. */
const mostHeads: i32 = 16;

/**
 * Attention for few queries over many keys, as in generation: keys and values are read in place, once for each query. Items are
 * heads of queries of rows of the batch. Heads of a query that a thread takes together go through the keys side by side: the
 * heads of a key lie beside each other, so that the memory is read in long runs.
 */
export function attentionDecode(settings: usize, from: i32, to: i32): void {
  const s = changetype<AttentionSettings>(settings);
  for (let item = from; item < to;) {
    const row = item / s.heads;
    const head = item % s.heads;
    const count = min(min(s.heads - head, to - item), mostHeads);
    attendQuery(s, row / s.queryTime, row % s.queryTime, head, count);
    item += count;
  }
}

function attendQuery(s: AttentionSettings, batch: i32, query: i32, firstHead: i32, heads: i32): void {
  const headDim = s.headDim;
  const valueDim = s.valueDim;
  // Neighbouring heads share a key head: so many do, and so many of these are still to come of the first.
  const sharing = s.heads / s.kvHeads;
  const sharers = sharing - (firstHead % sharing);
  const firstKvHead = <usize>(firstHead / sharing);
  const keyBytes = <usize>headDim << 2;
  const valueBytes = <usize>valueDim << 2;
  const keyStride = <usize>s.keyRow << 2;
  const valueStride = <usize>s.valueRow << 2;
  const keys = s.key + <usize>(batch * s.keyTime) * keyStride;
  const values = s.value + <usize>(batch * s.keyTime) * valueStride;

  // Of each head: the scaled query, the scores of a block of keys, what is mixed so far, the largest score and the sum.
  const scaledStride = <usize>((headDim + 7) & ~7) << 2;
  const scoreStride = <usize>keyBlock << 2;
  const mixedStride = <usize>wholePanels(valueDim) << 2;
  const scaled = threadScratch();
  const scores = scaled + <usize>heads * scaledStride;
  const mixed = scores + <usize>heads * scoreStride;
  const largests = mixed + <usize>heads * mixedStride;
  const sums = largests + (<usize>mostHeads << 2);
  const low = sums + (<usize>mostHeads << 2);
  const high = low + 4;
  const mask = low + 64;

  const queries = s.query + (<usize>((batch * s.queryTime + query) * s.queryRow + firstHead * headDim) << 2);
  for (let h: usize = 0; h < <usize>heads; h++) {
    copyRows(queries + h * keyBytes, 0, 1, headDim, s.scale, scaled + h * scaledStride, 0);
    store<f32>(largests + (h << 2), noScore);
    store<f32>(sums + (h << 2), 0);
  }
  zero(mixed, <usize>heads * mixedStride);
  visibleRange(s, batch, query, low, high);
  const lowest = load<i32>(low);
  const highest = load<i32>(high);
  for (let first = lowest - (lowest % keyBlock); first < highest; first += keyBlock) {
    const begin = max(0, lowest - first);
    const end = min(keyBlock, highest - first);
    // Four keys go together, a quarter of the block apart: four streams that the processor fetches ahead.
    const quarter = (end - begin) >> 2;
    const afterFour = begin + 4 * quarter;
    for (let j = begin; j < end; j = j + 1 == begin + quarter ? afterFour : j + 1) {
      let key = keys + <usize>(first + j) * keyStride + firstKvHead * keyBytes;
      let next = sharers;
      for (let h = 0; h < heads; h++) {
        const row = scaled + <usize>h * scaledStride;
        const score = scores + <usize>h * scoreStride + (<usize>j << 2);
        if (j < afterFour) {
          for (let i = 0; i < 4; i++) store<f32>(score + (<usize>(i * quarter) << 2), 0);
          addFourDots(row, key, <usize>quarter * keyStride, keyBytes, score, <usize>quarter << 2);
        } else store<f32>(score, dot(row, key, keyBytes));
        if (--next == 0) {
          next = sharing;
          key += keyBytes;
        }
      }
    }
    // What lies beside the visible scores is hidden by softmaxRows, which reads and writes whole panels.
    const from = begin & ~15;
    for (let h = 0; h < heads; h++) {
      const row = scores + <usize>h * scoreStride;
      const mix = mixed + <usize>h * mixedStride;
      const largest = largests + (<usize>h << 2);
      const sum = sums + (<usize>h << 2);
      const panels = wholePanels(end);
      softmaxRows(s, batch, firstHead + h, query, 1, first, from, panels, row, mix, low, high, largest, sum, mask);
    }
    for (let j = begin; j < end; j = j + 1 == begin + quarter ? afterFour : j + 1) {
      let value = values + <usize>(first + j) * valueStride + firstKvHead * valueBytes;
      let next = sharers;
      for (let h = 0; h < heads; h++) {
        const weight = scores + <usize>h * scoreStride + (<usize>j << 2);
        const mix = mixed + <usize>h * mixedStride;
        if (j < afterFour) addFourScaled(value, <usize>quarter * valueStride, weight, <usize>quarter << 2, mix, valueBytes);
        else addScaled(value, load<f32>(weight), mix, valueBytes);
        if (--next == 0) {
          next = sharing;
          value += valueBytes;
        }
      }
    }
  }
  for (let h = 0; h < heads; h++) {
    const sum = load<f32>(sums + (<usize>h << 2));
    const largest = load<f32>(largests + (<usize>h << 2));
    finishRow(s, batch, firstHead + h, query, mixed + <usize>h * mixedStride, sum, largest);
  }
}

/** `y += f0 x0 + f1 x1 + f2 x2 + f3 x3` for four rows that lie `stride` apart; the factors lie `factorStride` apart. */
function addFourScaled(x: usize, stride: usize, factors: usize, factorStride: usize, y: usize, bytes: usize): void {
  const x1 = x + stride, x2 = x1 + stride, x3 = x2 + stride;
  const third = factors + 2 * factorStride;
  const f0 = load<f32>(factors), f1 = load<f32>(factors + factorStride);
  const f2 = load<f32>(third), f3 = load<f32>(third + factorStride);
  const t0 = f32x4.splat(f0), t1 = f32x4.splat(f1), t2 = f32x4.splat(f2), t3 = f32x4.splat(f3);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    let a = multiplyAdd(v128.load(x + at), t0, v128.load(y + at));
    let b = multiplyAdd(v128.load(x + at, 16), t0, v128.load(y + at, 16));
    a = multiplyAdd(v128.load(x1 + at), t1, a);
    b = multiplyAdd(v128.load(x1 + at, 16), t1, b);
    a = multiplyAdd(v128.load(x2 + at), t2, a);
    b = multiplyAdd(v128.load(x2 + at, 16), t2, b);
    a = multiplyAdd(v128.load(x3 + at), t3, a);
    b = multiplyAdd(v128.load(x3 + at, 16), t3, b);
    v128.store(y + at, a);
    v128.store(y + at, b, 16);
  }
  for (; at < bytes; at += 4) {
    const sum = load<f32>(y + at) + load<f32>(x + at) * f0 + load<f32>(x1 + at) * f1;
    store<f32>(y + at, sum + load<f32>(x2 + at) * f2 + load<f32>(x3 + at) * f3);
  }
}

/** `y += factor x`. */
function addScaled(x: usize, factor: f32, y: usize, bytes: usize): void {
  const times = f32x4.splat(factor);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    const a = multiplyAdd(v128.load(x + at), times, v128.load(y + at));
    const b = multiplyAdd(v128.load(x + at, 16), times, v128.load(y + at, 16));
    v128.store(y + at, a);
    v128.store(y + at, b, 16);
  }
  for (; at < bytes; at += 4) store<f32>(y + at, load<f32>(y + at) + load<f32>(x + at) * factor);
}
