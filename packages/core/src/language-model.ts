/** What evaluation asks of a language model; GptModel is one, and so is a server behind HTTP. */
export interface LanguageModel {
  /** Number of token ids; every id is below it. */
  readonly vocabSize: number;
  /** Fingerprint of the tokenizer that the model was saved with, where that is known. */
  readonly tokenizerFingerprint?: string | undefined;
  /** Longest sequence in tokens. */
  readonly maxSeqLen: number;
  /**
   * Natural log-probabilities of `tokens[1]`, `tokens[2]`, ... each given all tokens before it, for every sequence:
   * arrays of `length - 1` float32. Sequences are at least 2 and at most `maxSeqLen` tokens long.
   *
   * @throws ShapeError for a sequence that is shorter or longer
   */
  tokenLogProbs(sequences: readonly (readonly number[])[]): Promise<Float32Array[]>;
}
