import { check, checkOptions, encodePrompt, ignoreIndex } from '@gptloom/core';
import type { TokenBatch, Tokenizer } from '@gptloom/core';
import { checkTokenizer } from './check-tokenizer.ts';
import type { Dataset, DatasetReport, DatasetSplit, SplitOptions } from './dataset.ts';
import { checkNotEmpty, checkTexts, encodeExamples, fingerprintExamples, reportExamples } from './encoded-examples.ts';
import type { EncodedExample, EncodedExamples } from './encoded-examples.ts';
import { padRows } from './pad-rows.ts';
import { splitSize } from './split-size.ts';

/** A prompt and the answer that the model is to give. */
export interface PromptExample {
  /** What the model is asked; the template frames it. */
  readonly prompt: string;
  /** What it is to answer, as it follows the framed prompt: with its space in front where there is to be one. */
  readonly answer: string;
}

/**
 * The text that the model reads before it answers: from a prompt, everything up to the answer's first character. The
 * same function must serve training and use.
 */
export type PromptTemplate = (prompt: string) => string;

/** How prompts and answers become examples. */
export interface PromptDatasetOptions {
  /** Most input tokens of an example; at most the model's `maxSeqLen`. */
  readonly sequenceLength: number;
  /** Default: the prompt as it stands. */
  readonly template?: PromptTemplate | undefined;
  /**
   * An example that is too long is left out (`drop`, the default), or its prompt loses tokens from the left, after the
   * begin token (`truncate`). An answer is never cut: where it does not fit, the example is left out. Both are counted
   * in the report.
   */
  readonly tooLong?: 'drop' | 'truncate' | undefined;
}

/**
 * Prompts with answers, for supervised fine-tuning. Only the answer's tokens and the end token after it have targets;
 * the prompt is read, not learned, and padding is neither. The end token is always learned, so that the model learns to
 * stop.
 *
 * ```ts
 * import { PromptDataset } from '@gptloom/trainer';
 * import { ByteTokenizer } from '@gptloom/tokenizer';
 * const examples = [{ prompt: 'Where is Ann?', answer: ' In the garden.' }];
 * const dataset = PromptDataset.fromExamples(examples, new ByteTokenizer(), { sequenceLength: 64 });
 * console.log(dataset.report.targets); // 16: the bytes of the answer, and the end token
 * ```
 */
export class PromptDataset implements Dataset<TokenBatch> {
  readonly tokenizerFingerprint: string;
  readonly report: DatasetReport;
  private readonly encoded: EncodedExamples;
  private readonly tokenizer: Tokenizer;
  private readonly sequenceLength: number;
  private digest: string | undefined;

  private constructor(encoded: EncodedExamples, tokenizer: Tokenizer, sequenceLength: number) {
    checkNotEmpty('PromptDataset', encoded, sequenceLength);
    this.encoded = encoded;
    this.tokenizer = tokenizer;
    this.sequenceLength = sequenceLength;
    this.tokenizerFingerprint = tokenizer.fingerprint;
    this.report = reportExamples(
      encoded,
      ({ ids }) => ids.length - 1,
      ({ ids, mark }) => ids.length - mark,
    );
  }

  /**
   * A dataset of examples: `encodePrompt(template(prompt))`, the answer's ids, the end token.
   *
   * @throws ConfigError where no example fits, TokenizerError for a tokenizer that pads with its end token
   */
  static fromExamples(
    examples: readonly PromptExample[],
    tokenizer: Tokenizer,
    options: PromptDatasetOptions,
  ): PromptDataset {
    const who = 'PromptDataset.fromExamples';
    checkOptions(who, options, {
      sequenceLength: check.positiveInteger,
      template: check.optional(check.function),
      tooLong: check.optional(check.oneOf('drop', 'truncate')),
    });
    checkOptions(who, { examples }, { examples: check.array });
    checkTokenizer(who, tokenizer);
    const { sequenceLength, template = (prompt) => prompt, tooLong = 'drop' } = options;
    const begin = tokenizer.beginToken === undefined ? 0 : 1;
    const encode = (example: PromptExample, index: number): (EncodedExample & { truncated: boolean }) | undefined => {
      checkTexts(who, example, index, ['prompt', 'answer']);
      let prompt = encodePrompt(tokenizer, template(example.prompt));
      const answer = [...tokenizer.encode(example.answer), tokenizer.endToken];
      // The last token is a target only, so a row of ids is one longer than its inputs.
      const room = sequenceLength + 1 - answer.length;
      const truncated = prompt.length > room;
      if (truncated) {
        if (tooLong === 'drop' || room <= begin) return undefined;
        prompt = [...prompt.slice(0, begin), ...prompt.slice(prompt.length - (room - begin))];
      }
      // Without a token before it, the answer's first token could not be a target.
      if (prompt.length === 0) prompt = [tokenizer.endToken];
      return { ids: [...prompt, ...answer], mark: prompt.length, truncated };
    };
    return new PromptDataset(encodeExamples(examples, encode), tokenizer, sequenceLength);
  }

  get size(): number {
    return this.encoded.examples.length;
  }

  /** Digest of the ids and of what is learned. */
  get fingerprint(): string {
    this.digest ??= fingerprintExamples(this.encoded.examples);
    return this.digest;
  }

  /**
   * Holds out the last examples.
   *
   * @throws ConfigError where a part has none
   */
  split(options: SplitOptions): DatasetSplit<PromptDataset> {
    const { examples } = this.encoded;
    const at = splitSize('PromptDataset.split', examples.length, options);
    const part = (from: number, to: number): PromptDataset =>
      new PromptDataset(
        encodeExamples(examples.slice(from, to), (example) => ({ truncated: false, ...example })),
        this.tokenizer,
        this.sequenceLength,
      );
    return { train: part(0, at), validation: part(at, examples.length) };
  }

  batch(indices: ArrayLike<number>, globalRows: ArrayLike<number>): TokenBatch {
    const picked = Array.from(indices, (index) => this.encoded.examples[index]!);
    const inputs = padRows(
      picked.map(({ ids }) => ids.slice(0, -1)),
      this.tokenizer.padToken,
    );
    const targets = padRows(
      picked.map(({ ids, mark }) => ids.slice(1).map((id, i) => (i + 1 >= mark ? id : ignoreIndex))),
      ignoreIndex,
    );
    return {
      rows: picked.length,
      time: inputs.time,
      inputIds: inputs.values,
      targets: targets.values,
      lengths: inputs.lengths,
      globalRows: Int32Array.from(globalRows),
    };
  }
}
