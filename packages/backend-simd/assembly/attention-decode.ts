import { finishRow, noScore, softmaxRow } from './attention';
import { visibleRange } from './attention-mask';
import { copyRows, zero } from './attention-pack';
import { AttentionSettings, keyBlock, wholePanels } from './attention-settings';
import { multiplyAdd } from './multiply-add';
import { addLanes } from './row-sums';
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
  const keyStride = <usize>s.kvHeads * keyBytes;
  const valueStride = <usize>s.kvHeads * valueBytes;
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

  const at = (batch * s.queryTime + query) * s.heads + firstHead;
  for (let h: usize = 0; h < <usize>heads; h++) {
    copyRows(s.query + (<usize>at + h) * keyBytes, 0, 1, headDim, s.scale, scaled + h * scaledStride, 0);
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
    for (let j = begin; j < end; j++) {
      let key = keys + <usize>(first + j) * keyStride + firstKvHead * keyBytes;
      let next = sharers;
      for (let h = 0; h < heads; h++) {
        const score = dot(scaled + <usize>h * scaledStride, key, keyBytes);
        store<f32>(scores + <usize>h * scoreStride + (<usize>j << 2), score);
        if (--next == 0) {
          next = sharing;
          key += keyBytes;
        }
      }
    }
    // What lies beside the visible scores is hidden by softmaxRow, which reads and writes whole panels.
    const from = begin & ~15;
    for (let h = 0; h < heads; h++) {
      const row = scores + <usize>h * scoreStride;
      const mix = mixed + <usize>h * mixedStride;
      const largest = largests + (<usize>h << 2);
      const sum = sums + (<usize>h << 2);
      const panels = wholePanels(end);
      softmaxRow(s, batch, firstHead + h, query, 0, first, from, panels, row, mix, low, high, largest, sum, mask);
    }
    for (let j = begin; j < end; j++) {
      let value = values + <usize>(first + j) * valueStride + firstKvHead * valueBytes;
      let next = sharers;
      for (let h = 0; h < heads; h++) {
        const weight = load<f32>(scores + <usize>h * scoreStride + (<usize>j << 2));
        addScaled(value, weight, mixed + <usize>h * mixedStride, valueBytes);
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

function dot(a: usize, b: usize, bytes: usize): f32 {
  let p = f32x4.splat(0), q = p, r = p, t = p;
  let at: usize = 0;
  for (; at + 64 <= bytes; at += 64) {
    p = multiplyAdd(v128.load(a + at), v128.load(b + at), p);
    q = multiplyAdd(v128.load(a + at, 16), v128.load(b + at, 16), q);
    r = multiplyAdd(v128.load(a + at, 32), v128.load(b + at, 32), r);
    t = multiplyAdd(v128.load(a + at, 48), v128.load(b + at, 48), t);
  }
  let sum = addLanes(f32x4.add(p, r), f32x4.add(q, t));
  for (; at < bytes; at += 4) sum += load<f32>(a + at) * load<f32>(b + at);
  return sum;
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
