/** What a dataset made of the examples that it was given. */
export interface DatasetReport {
  /** Examples that the dataset holds. */
  readonly examples: number;
  /** Examples that were shortened to fit. */
  readonly truncated: number;
  /** Examples that were left out because they do not fit. */
  readonly dropped: number;
  /** Input tokens of all examples, padding not counted. */
  readonly tokens: number;
  /** What there is to learn: tokens with a loss, or labels. */
  readonly targets: number;
  /** Tokens of the text that are in no example: the rest that is shorter than one sequence, or what a stride skips. */
  readonly unusedTokens: number;
}

/** What the trainer asks of every batch, whatever else is in it. */
export interface RowBatch {
  /** Number of rows. */
  readonly rows: number;
  /** `[rows]`: real tokens of each row. */
  readonly lengths: Int32Array;
}

/**
 * Examples by index, made into batches of host arrays. Write one of your own for data of another kind: the trainer
 * needs no more than this.
 */
export interface Dataset<Batch extends RowBatch> {
  /** Number of examples. */
  readonly size: number;
  /** A digest of the examples and of their order: a checkpoint belongs to it. */
  readonly fingerprint: string;
  /** The fingerprint of the tokenizer that made the ids, where one did. */
  readonly tokenizerFingerprint?: string | undefined;
  /** What became of the examples that the dataset was made from. */
  readonly report: DatasetReport;
  /**
   * The examples `indices` as one batch, padded to its longest row.
   *
   * @param indices examples, each below `size`, one a row
   * @param globalRows each row's place in the global batch, which keys its dropout
   */
  batch(indices: ArrayLike<number>, globalRows: ArrayLike<number>): Batch;
}

/** Two parts of a dataset that share no token. */
export interface DatasetSplit<Part> {
  /** The first part, for training. */
  readonly train: Part;
  /** The last part, held out. */
  readonly validation: Part;
}

/** How a dataset is split in two. */
export interface SplitOptions {
  /** Share of the data to hold out, above 0 and below 1. It is taken from the end. */
  readonly validation: number;
}
