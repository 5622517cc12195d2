import { check, checkOptions, ConfigError, describeValue, encodeDocument, fingerprint } from '@gptloom/core';
import type { TokenBatch, Tokenizer } from '@gptloom/core';
import { checkTokenizer } from './check-tokenizer.ts';
import type { Dataset, DatasetReport, DatasetSplit, SplitOptions } from './dataset.ts';
import { splitSize } from './split-size.ts';

/** How a stream of tokens is cut into examples. */
export interface TokenDatasetOptions {
  /** Input tokens of every example; at most the model's `maxSeqLen`. */
  readonly sequenceLength: number;
  /** Tokens from the start of an example to the start of the next. Default `sequenceLength`: each token is an input once. */
  readonly stride?: number | undefined;
}

const optionChecks = {
  sequenceLength: check.positiveInteger,
  stride: check.optional(check.positiveInteger),
};

interface Parts extends TokenDatasetOptions {
  readonly tokens: Int32Array;
  /** Positions at which documents start, the first one 0. */
  readonly documentStarts: readonly number[];
  readonly tokenizerFingerprint?: string | undefined;
}

/**
 * Text to be learned as it stands: one stream of tokens, cut into windows of `sequenceLength + 1` tokens. Inputs are all
 * but a window's last token, targets all but its first, so `targets[i]` is the token after `inputIds[i]`. Documents
 * follow each other in the stream, each closed by its end token.
 *
 * ```ts
 * import { TokenDataset } from '@gptloom/trainer';
 * const dataset = TokenDataset.fromTokens([5, 6, 7, 8, 9], { sequenceLength: 2 });
 * const batch = dataset.batch([1], [0]);
 * console.log([...batch.inputIds], [...batch.targets]); // [7, 8] [8, 9]
 * ```
 */
export class TokenDataset implements Dataset<TokenBatch> {
  readonly size: number;
  readonly tokenizerFingerprint: string | undefined;
  readonly report: DatasetReport;
  private readonly parts: Parts;
  private digest: string | undefined;

  private constructor(parts: Parts) {
    const { tokens, sequenceLength, stride = sequenceLength } = parts;
    if (tokens.length <= sequenceLength) {
      throw new ConfigError({
        who: 'TokenDataset',
        rule: `a text must have more tokens than one sequence: at least ${sequenceLength + 1} for sequenceLength ${sequenceLength}`,
        received: `${tokens.length} token(s)`,
        suggestion: 'give more text or a smaller sequenceLength',
      });
    }
    this.parts = parts;
    this.tokenizerFingerprint = parts.tokenizerFingerprint;
    this.size = Math.floor((tokens.length - 1 - sequenceLength) / stride) + 1;
    const covered = stride < sequenceLength ? (this.size - 1) * stride + sequenceLength : this.size * sequenceLength;
    this.report = {
      examples: this.size,
      truncated: 0,
      dropped: 0,
      tokens: this.size * sequenceLength,
      targets: this.size * sequenceLength,
      unusedTokens: tokens.length - 1 - covered,
    };
  }

  /**
   * A dataset of a text, or of several documents, encoded as whole documents (core's `encodeDocument`).
   *
   * @throws ConfigError for a text shorter than one sequence, TokenizerError for a tokenizer that pads with its end token
   */
  static fromText(text: string | readonly string[], tokenizer: Tokenizer, options: TokenDatasetOptions): TokenDataset {
    checkOptions('TokenDataset.fromText', options, optionChecks);
    checkTokenizer('TokenDataset.fromText', tokenizer);
    const texts: readonly string[] = typeof text === 'string' ? [text] : text;
    if (!Array.isArray(texts) || !texts.every((document) => typeof document === 'string')) {
      throw new ConfigError({
        who: 'TokenDataset.fromText',
        rule: 'text must be a string or an array of strings, one for each document',
        received: describeValue(text),
      });
    }
    const documents = texts.map((document) => encodeDocument(tokenizer, document));
    const tokens = new Int32Array(documents.reduce((sum, ids) => sum + ids.length, 0));
    const documentStarts: number[] = [];
    let at = 0;
    for (const ids of documents) {
      documentStarts.push(at);
      tokens.set(ids, at);
      at += ids.length;
    }
    return new TokenDataset({ ...options, tokens, documentStarts, tokenizerFingerprint: tokenizer.fingerprint });
  }

  /**
   * A dataset of token ids that were made elsewhere, as one document; nothing is added to them.
   *
   * @throws ConfigError for fewer ids than one sequence, or ids that are no token ids
   */
  static fromTokens(ids: ArrayLike<number>, options: TokenDatasetOptions): TokenDataset {
    checkOptions('TokenDataset.fromTokens', options, optionChecks);
    checkOptions('TokenDataset.fromTokens', { ids }, { ids: check.either(check.array, check.object) });
    const tokens = new Int32Array(ids.length);
    for (let i = 0; i < tokens.length; i++) {
      const id: unknown = ids[i];
      if (typeof id !== 'number' || id !== (id | 0) || id < 0) {
        throw new ConfigError({
          who: 'TokenDataset.fromTokens',
          rule: 'token ids must be non-negative integers',
          received: `${describeValue(id)} at index ${i}`,
        });
      }
      tokens[i] = id;
    }
    return new TokenDataset({ ...options, tokens, documentStarts: [0] });
  }

  /** Digest of the tokens and of how they are cut. */
  get fingerprint(): string {
    const { tokens, sequenceLength, stride = sequenceLength } = this.parts;
    this.digest ??= `${fingerprint(new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength))}-${sequenceLength}-${stride}`;
    return this.digest;
  }

  /**
   * Holds out the last part of the text: several documents are split between two of them, one document between two of
   * its tokens. The two parts share no token.
   *
   * @throws ConfigError where a part is shorter than one sequence
   */
  split(options: SplitOptions): DatasetSplit<TokenDataset> {
    const { tokens, documentStarts } = this.parts;
    const wanted = splitSize('TokenDataset.split', tokens.length, options);
    const inner = documentStarts.slice(1);
    const at = inner.reduce(
      (best, start) => (Math.abs(start - wanted) < Math.abs(best - wanted) ? start : best),
      inner[0] ?? wanted,
    );
    const part = (name: string, from: number, to: number): TokenDataset => {
      this.checkPart(name, to - from);
      return new TokenDataset({
        ...this.parts,
        tokens: tokens.slice(from, to),
        documentStarts: documentStarts.filter((start) => start >= from && start < to).map((start) => start - from),
      });
    };
    return { train: part('training', 0, at), validation: part('validation', at, tokens.length) };
  }

  private checkPart(name: string, size: number): void {
    const { tokens, sequenceLength } = this.parts;
    if (size > sequenceLength) return;
    throw new ConfigError({
      who: 'TokenDataset.split',
      rule: `the ${name} part must have more tokens than one sequence: at least ${sequenceLength + 1} for sequenceLength ${sequenceLength}`,
      received: `${size} of the text's ${tokens.length} tokens`,
      suggestion: `give more text, a smaller sequenceLength, or a larger share to the ${name} part`,
    });
  }

  batch(indices: ArrayLike<number>, globalRows: ArrayLike<number>): TokenBatch {
    const { tokens, sequenceLength: time, stride = time } = this.parts;
    const rows = indices.length;
    const inputIds = new Int32Array(rows * time);
    const targets = new Int32Array(rows * time);
    for (let row = 0; row < rows; row++) {
      const start = indices[row]! * stride;
      inputIds.set(tokens.subarray(start, start + time), row * time);
      targets.set(tokens.subarray(start + 1, start + 1 + time), row * time);
    }
    return {
      rows,
      time,
      inputIds,
      targets,
      lengths: new Int32Array(rows).fill(time),
      globalRows: Int32Array.from(globalRows),
    };
  }
}
