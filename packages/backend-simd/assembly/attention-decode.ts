import { finishRow, noScore, softmaxRow } from './attention';
import { visibleRange } from './attention-mask';
import { copyRows, zero } from './attention-pack';
import { AttentionSettings, keyBlock, wholePanels } from './attention-settings';
import { multiplyAdd } from './multiply-add';
import { addLanes } from './row-sums';
import { threadScratch } from './thread-scratch';

/**
 * Attention for few queries over many keys, as in generation: keys and values are read in place, once for each query. Items are
 * queries of heads of rows of the batch.
 */
export function attentionDecode(settings: usize, from: i32, to: i32): void {
  const s = changetype<AttentionSettings>(settings);
  for (let item = from; item < to; item++) {
    const batchHead = item / s.queryTime;
    attendQuery(s, batchHead / s.heads, batchHead % s.heads, item % s.queryTime);
  }
}

function attendQuery(s: AttentionSettings, batch: i32, head: i32, query: i32): void {
  const headDim = s.headDim;
  const valueDim = s.valueDim;
  const kvHead = head / (s.heads / s.kvHeads);
  const firstKey = batch * s.keyTime * s.kvHeads + kvHead;
  const keys = s.key + (<usize>(firstKey * headDim) << 2);
  const values = s.value + (<usize>(firstKey * valueDim) << 2);
  const keyStride = <usize>(s.kvHeads * headDim) << 2;
  const valueStride = <usize>(s.kvHeads * valueDim) << 2;

  const scaled = threadScratch();
  const scores = scaled + (<usize>((headDim + 7) & ~7) << 2);
  const mixed = scores + (<usize>keyBlock << 2);
  const low = mixed + (<usize>wholePanels(valueDim) << 2);
  const high = low + 4;
  const largest = low + 8;
  const sum = low + 12;
  const mask = low + 16;
  const at = (batch * s.queryTime + query) * s.heads + head;
  copyRows(s.query + (<usize>(at * headDim) << 2), 0, 1, headDim, s.scale, scaled, 0);
  zero(mixed, <usize>wholePanels(valueDim) << 2);
  visibleRange(s, batch, query, low, high);
  store<f32>(largest, noScore);
  store<f32>(sum, 0);
  const lowest = load<i32>(low);
  const highest = load<i32>(high);
  for (let first = lowest - (lowest % keyBlock); first < highest; first += keyBlock) {
    const begin = max(0, lowest - first);
    const end = min(keyBlock, highest - first);
    for (let j = begin; j < end; j++) {
      store<f32>(scores + (<usize>j << 2), dot(scaled, keys + <usize>(first + j) * keyStride, <usize>headDim << 2));
    }
    // What lies beside the visible scores is hidden by softmaxRow, which reads and writes whole panels.
    const from = begin & ~15;
    softmaxRow(s, batch, head, query, 0, first, from, wholePanels(end), scores, mixed, low, high, largest, sum, mask);
    for (let j = begin; j < end; j++) {
      addScaled(values + <usize>(first + j) * valueStride, load<f32>(scores + (<usize>j << 2)), mixed, <usize>valueDim << 2);
    }
  }
  finishRow(s, batch, head, query, mixed, load<f32>(sum), load<f32>(largest));
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
