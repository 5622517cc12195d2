/** A range of UTF-16 units of the text that was encoded: `text.slice(start, end)`. */
export type Offsets = readonly [start: number, end: number];

/** A text, or a pair of texts, as a model takes it. All arrays have one entry for each token. */
export interface Encoding {
  /** The ids of the tokens. */
  readonly ids: readonly number[];
  /** The texts of the tokens, as the vocabulary has them. */
  readonly tokens: readonly string[];
  /** Where each token comes from in its text, in UTF-16 units; `[0, 0]` for tokens that were added. */
  readonly offsets: readonly Offsets[];
  /** Which text of a pair each token belongs to for the model, 0 or 1; a template decides. */
  readonly typeIds: readonly number[];
  /** The number of the word of each token, `undefined` for tokens that were added. */
  readonly wordIds: readonly (number | undefined)[];
  /** 1 for tokens that a template or padding added, 0 for those of the text. */
  readonly specialTokensMask: readonly number[];
  /** 0 for padding, 1 for everything else. */
  readonly attentionMask: readonly number[];
  /** What truncation cut off, in pieces of the same length that overlap by the stride. */
  readonly overflowing: readonly Encoding[];
}
