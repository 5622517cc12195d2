/** The target that counts for nothing, as in PyTorch's `ignore_index`. */
export const ignoreIndex = -100;

/**
 * A batch of token rows on the host, row-major `[rows, time]`, ready for one forward pass. Targets are already shifted:
 * `targets[i]` is the token that follows `inputIds[i]`.
 */
export interface TokenBatch {
  /** Number of sequences. */
  readonly rows: number;
  /** Tokens per row, padding included. */
  readonly time: number;
  /** `[rows * time]`; padding carries the tokenizer's padToken. */
  readonly inputIds: Int32Array;
  /** `[rows * time]`; `ignoreIndex` (-100) where nothing is to be learned. */
  readonly targets: Int32Array;
  /** `[rows]`: real tokens of each row; what follows is padding and is never attended to. */
  readonly lengths: Int32Array;
  /** `[rows * time]`: weight of each target's loss; absent when every weight is 1. */
  readonly lossWeights?: Float32Array | undefined;
  /** `[rows * time]`: document of each token where several share a row; tokens attend within their document only. */
  readonly segmentIds?: Int32Array | undefined;
  /** `[rows]`: each row's place in the global batch, which keys its dropout. */
  readonly globalRows: Int32Array;
}

/** A batch of token rows with one class each, for sequence classification. */
export interface LabelBatch {
  /** Number of sequences. */
  readonly rows: number;
  /** Tokens per row, padding included. */
  readonly time: number;
  /** `[rows * time]`; padding carries the tokenizer's padToken. */
  readonly inputIds: Int32Array;
  /** `[rows]`: real tokens of each row. */
  readonly lengths: Int32Array;
  /** `[rows]`: class index of each row. */
  readonly labels: Int32Array;
  /** `[rows]`: each row's place in the global batch, which keys its dropout. */
  readonly globalRows: Int32Array;
}
