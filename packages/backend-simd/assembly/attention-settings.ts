/** What attention is asked for, as words in shared memory; `attention-settings.ts` of the host writes them. */
@unmanaged
export class AttentionSettings {
  query: usize;
  key: usize;
  value: usize;
  y: usize;
  logSumExp: usize;
  /** int32 or 0, as the three that follow. */
  queryPositions: usize;
  keyPositions: usize;
  keyLengths: usize;
  segmentIds: usize;
  /** float32 for each head, or 0. */
  alibiSlopes: usize;
  /** Two words for each row of the batch; 0 without dropout. */
  dropoutKeys: usize;
  queryTime: i32;
  keyTime: i32;
  heads: i32;
  kvHeads: i32;
  headDim: i32;
  valueDim: i32;
  scale: f32;
  causal: i32;
  window: i32;
  softCap: f32;
  /** Random words whose top 24 bits are below this are dropped. */
  dropoutThreshold: i32;
  /** `1 / (1 - rate)`. */
  dropoutScale: f32;
  /** Packed keys and values; 0 where they lie at the beginning of the thread's working space. */
  workspace: usize;
  /** Bytes that each key head of each row of the batch takes there. */
  workspaceStride: usize;
  /** Queries that go through the tiles together: a multiple of 6. */
  queryBlock: i32;
  dy: usize;
  gradQuery: usize;
  gradKey: usize;
  gradValue: usize;
  /** Numbers from one token to the next: queries and their gradient, keys, values. */
  queryRow: i32;
  keyRow: i32;
  valueRow: i32;
  /** Position of the first query of each row of the batch, those after it following, where there are no `queryPositions`. */
  firstPosition: i32;
}

/** Keys of one tile: a multiple of 6, of 8 and of 16. */
export const keyBlock: i32 = 96;

/** `n` rounded up to whole panels of 16. */
@inline
export function wholePanels(n: i32): i32 {
  return (n + 15) & ~15;
}
