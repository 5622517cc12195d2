import { check, checkOptions, ConfigError, describeValue, encodeDocument, fingerprint } from '@gptloom/core';
import type { LabelBatch, Tokenizer } from '@gptloom/core';
import { checkTokenizer } from './check-tokenizer.ts';
import type { Dataset, DatasetReport, DatasetSplit, SplitOptions } from './dataset.ts';
import { checkNotEmpty, checkTexts, encodeExamples, fingerprintExamples, reportExamples } from './encoded-examples.ts';
import type { EncodedExample, EncodedExamples } from './encoded-examples.ts';
import { padRows } from './pad-rows.ts';
import { splitSize } from './split-size.ts';

/** A text and its class. */
export interface LabelExample {
  /** What is to be classified. */
  readonly text: string;
  /** Its class, one of the dataset's labels. */
  readonly label: string;
}

/** How labelled texts become examples. */
export interface LabelDatasetOptions {
  /** All classes; a class's index is its place here. */
  readonly labels: readonly string[];
  /** Most tokens of an example; at most the model's `maxSeqLen`. */
  readonly sequenceLength: number;
  /**
   * An example that is too long is left out (`drop`, the default), or its text loses tokens from the left, after the
   * begin token (`truncate`). Both are counted in the report.
   */
  readonly tooLong?: 'drop' | 'truncate' | undefined;
}

/**
 * Texts with one class each, for sequence classification. A text is encoded as a whole document, so the last real token
 * of every row, where the classifier reads, is the end token.
 *
 * ```ts
 * import { LabelDataset } from '@gptloom/trainer';
 * import { ByteTokenizer } from '@gptloom/tokenizer';
 * const examples = [{ text: 'Ann smiles.', label: 'happy' }];
 * const options = { labels: ['happy', 'sad'], sequenceLength: 32 };
 * console.log([...LabelDataset.fromExamples(examples, new ByteTokenizer(), options).batch([0], [0]).labels]); // [0]
 * ```
 */
export class LabelDataset implements Dataset<LabelBatch> {
  /** All classes, in the order of their indices. */
  readonly labels: readonly string[];
  readonly tokenizerFingerprint: string;
  readonly report: DatasetReport;
  private readonly encoded: EncodedExamples;
  private readonly tokenizer: Tokenizer;
  private readonly sequenceLength: number;
  private digest: string | undefined;

  private constructor(
    encoded: EncodedExamples,
    tokenizer: Tokenizer,
    { labels, sequenceLength }: Pick<LabelDatasetOptions, 'labels' | 'sequenceLength'>,
  ) {
    checkNotEmpty('LabelDataset', encoded, sequenceLength);
    this.labels = labels;
    this.encoded = encoded;
    this.tokenizer = tokenizer;
    this.sequenceLength = sequenceLength;
    this.tokenizerFingerprint = tokenizer.fingerprint;
    this.report = reportExamples(
      encoded,
      ({ ids }) => ids.length,
      () => 1,
    );
  }

  /**
   * A dataset of labelled texts.
   *
   * @throws ConfigError for a label that is not among `labels`, naming it and its example, and where no example fits;
   *   TokenizerError for a tokenizer that pads with its end token
   */
  static fromExamples(
    examples: readonly LabelExample[],
    tokenizer: Tokenizer,
    options: LabelDatasetOptions,
  ): LabelDataset {
    const who = 'LabelDataset.fromExamples';
    checkOptions(who, options, {
      labels: check.array,
      sequenceLength: check.positiveInteger,
      tooLong: check.optional(check.oneOf('drop', 'truncate')),
    });
    checkOptions(who, { examples }, { examples: check.array });
    checkTokenizer(who, tokenizer);
    const { labels, sequenceLength, tooLong = 'drop' } = options;
    const classes = new Map(labels.map((label, index) => [label, index]));
    if (classes.size !== labels.length || labels.length < 2) {
      throw new ConfigError({
        who,
        rule: 'labels must be two or more different strings',
        received: describeValue(labels),
      });
    }
    const begin = tokenizer.beginToken === undefined ? 0 : 1;
    const encode = (example: LabelExample, index: number): (EncodedExample & { truncated: boolean }) | undefined => {
      checkTexts(who, example, index, ['text', 'label']);
      const mark = classes.get(example.label);
      if (mark === undefined) {
        throw new ConfigError({
          who,
          rule: `the label of example ${index} must be one of ${labels.map(describeValue).join(', ')}`,
          received: describeValue(example.label),
        });
      }
      const ids = encodeDocument(tokenizer, example.text);
      const excess = ids.length - sequenceLength;
      if (excess <= 0) return { ids, mark, truncated: false };
      // At least one token of the text must stay beside the begin and end tokens.
      if (tooLong === 'drop' || sequenceLength < begin + 2) return undefined;
      return { ids: [...ids.slice(0, begin), ...ids.slice(begin + excess)], mark, truncated: true };
    };
    return new LabelDataset(encodeExamples(examples, encode), tokenizer, options);
  }

  get size(): number {
    return this.encoded.examples.length;
  }

  /** Digest of the ids, the labels and their order. */
  get fingerprint(): string {
    this.digest ??= `${fingerprintExamples(this.encoded.examples)}-${fingerprint(JSON.stringify(this.labels))}`;
    return this.digest;
  }

  /**
   * Holds out the last examples.
   *
   * @throws ConfigError where a part has none
   */
  split(options: SplitOptions): DatasetSplit<LabelDataset> {
    const { examples } = this.encoded;
    const at = splitSize('LabelDataset.split', examples.length, options);
    const part = (from: number, to: number): LabelDataset =>
      new LabelDataset(
        encodeExamples(examples.slice(from, to), (example) => ({ truncated: false, ...example })),
        this.tokenizer,
        { labels: this.labels, sequenceLength: this.sequenceLength },
      );
    return { train: part(0, at), validation: part(at, examples.length) };
  }

  batch(indices: ArrayLike<number>, globalRows: ArrayLike<number>): LabelBatch {
    const picked = Array.from(indices, (index) => this.encoded.examples[index]!);
    const { time, values, lengths } = padRows(
      picked.map(({ ids }) => ids),
      this.tokenizer.padToken,
    );
    return {
      rows: picked.length,
      time,
      inputIds: values,
      lengths,
      labels: Int32Array.from(picked, ({ mark }) => mark),
      globalRows: Int32Array.from(globalRows),
    };
  }
}
