import {
  check,
  checkOptions,
  describeValue,
  fingerprint,
  TokenizerError,
  type AllowedSpecial,
  type StreamDecoder,
  type Tokenizer,
} from '@gptloom/core';
import type { IsAllowed } from './added-tokens/added-vocabulary.ts';
import { allowedSpecialRule, isAllowedBy } from './added-tokens/allowed-special.ts';
import { checkText } from './check-text.ts';
import { byteLevelWords, type ByteLevelWords } from './byte-level-words.ts';
import type { Encoding } from './encoding/encoding.ts';
import { EncodingBuilder } from './encoding/encoding-builder.ts';
import { padEncodings, type Padding } from './encoding/padding.ts';
import { refuseEncoding, truncateEncodings, type Truncation } from './encoding/truncation.ts';
import { TokenTexts } from './decoders/token-texts.ts';
import { beginTokenOf, findEnd, findPad } from './end-and-pad.ts';
import { configText, documentText, plainConfig, type TokenizerFiles } from './formats/tokenizer-files.ts';
import { IdList } from './id-list.ts';
import type { DecodeOptions } from './decode-options.ts';
import { TokenPipeline } from './token-pipeline.ts';
import { parseJsonObject, type JsonObject } from './tokenizer-document.ts';

/** How a text is encoded in full. */
export interface EncodeOptions {
  /** A second text, as a question to a passage. */
  readonly pair?: string | undefined;
  /** Whether the post-processor adds its special tokens. Default true. */
  readonly addSpecialTokens?: boolean | undefined;
  /** Which special tokens may come out of the text: none (default), all, or those named. */
  readonly allowedSpecial?: AllowedSpecial | undefined;
  /** How long encodings are cut; `null` for not at all. Default: as the file says. */
  readonly truncation?: Truncation | null | undefined;
  /** How short encodings are filled; `null` for not at all. Default: as the file says. */
  readonly padding?: Padding | null | undefined;
}

/**
 * A tokenizer as a `tokenizer.json` describes it: added tokens, normalizer, pre-tokenizer, model, post-processor and
 * decoder. Everything that huggingface/tokenizers 0.23 writes is read, and gives the same ids, offsets and text;
 * byte-level BPE with the pattern of GPT-2, cl100k, o200k, Llama 3, Qwen or Mistral takes a short way.
 *
 * ```ts
 * import { JsonTokenizer } from '@gptloom/tokenizer';
 * import { trainBpeTokenizer } from '@gptloom/tokenizer/training';
 *
 * const trained = await trainBpeTokenizer('to be or not to be', { vocabSize: 270 });
 * const tokenizer = JsonTokenizer.fromJson(trained.toFiles()['tokenizer.json']);
 * const { ids, offsets } = tokenizer.encodeDetailed('not to be');
 * console.log(ids, offsets.map(([start, end]) => 'not to be'.slice(start, end)));
 * ```
 */
export class JsonTokenizer implements Tokenizer {
  /** One more than the highest id; ids between may have no token. */
  readonly vocabSize: number;
  /** The id that fills rows of a batch; an ordinary token where the file has no padding token. */
  readonly padToken: number;
  /** The id that the post-processor puts before a text, where it does. */
  readonly beginToken: number | undefined;
  private readonly pipeline: TokenPipeline;
  private readonly config: JsonObject | undefined;
  private readonly words: ByteLevelWords | undefined;
  private readonly texts: TokenTexts;
  private readonly list = new IdList();
  private readonly end: number | undefined;
  private digest: string | undefined;

  /**
   * @param pipeline the parts of `tokenizer.json`
   * @param config the content of `tokenizer_config.json`, where there is one
   */
  private constructor(pipeline: TokenPipeline, config: JsonObject | undefined) {
    this.pipeline = pipeline;
    this.config = config;
    let limit = pipeline.model.idLimit;
    for (const id of pipeline.added.byId.keys()) limit = Math.max(limit, id + 1);
    this.vocabSize = limit;
    this.end = findEnd(pipeline, config);
    this.padToken = findPad(pipeline, config, this.end);
    this.beginToken = beginTokenOf(pipeline, config);
    this.words = byteLevelWords(pipeline);
    this.texts = new TokenTexts(pipeline, limit);
  }

  /**
   * Reads `tokenizer.json`.
   *
   * End and padding tokens are those that `tokenizer_config.json` names, or special tokens with a usual name. Where there
   * is no padding token other than the end token, the lowest other id serves as `padToken`.
   *
   * @param tokenizerJson the text of `tokenizer.json`
   * @param configJson the text of `tokenizer_config.json`, where there is one
   * @throws FormatError naming what is broken, or what is in the file and not supported
   */
  static fromJson(tokenizerJson: string, configJson?: string): JsonTokenizer {
    const config = configJson === undefined ? undefined : parseJsonObject(configJson, 'tokenizer_config.json');
    return new JsonTokenizer(new TokenPipeline(parseJsonObject(tokenizerJson, 'tokenizer.json')), config);
  }

  /**
   * The id that ends a document or an answer.
   *
   * @throws TokenizerError where neither file names one and no special token has a usual name
   */
  get endToken(): number {
    if (this.end !== undefined) return this.end;
    throw new TokenizerError({
      who: 'JsonTokenizer',
      rule: 'there must be an end token: no special token has one of the usual names',
      received: `special tokens ${JSON.stringify([...this.specialTokens.keys()].slice(0, 20))}`,
      suggestion: 'name it as eos_token in tokenizer_config.json',
    });
  }

  /** Ids of special tokens by text. */
  get specialTokens(): ReadonlyMap<string, number> {
    return this.pipeline.added.specialIds;
  }

  /** A digest of everything that decides the ids. */
  get fingerprint(): string {
    return (this.digest ??= fingerprint(Object.values(this.toFiles()).join('\n')));
  }

  /** The id of a token's text, or `undefined`. */
  idOf(token: string): number | undefined {
    return this.pipeline.added.idOf.get(token) ?? this.pipeline.model.idOf(token);
  }

  /** The text of a token as the vocabulary has it, or `undefined` for ids that have none. */
  tokenOf(id: number): string | undefined {
    return this.pipeline.added.textOf(id) ?? this.pipeline.model.tokenOf(id);
  }

  /**
   * Token ids of a text, without what the post-processor adds, neither cut nor filled.
   *
   * @param options `allowedSpecial`: which special tokens may come out of the text; default none
   * @throws TokenizerError where `text` is not a string, `allowedSpecial` names a token that is not special here, or the
   *   vocabulary knows neither the text nor a token for unknown text
   */
  encode(text: string, options?: { readonly allowedSpecial?: AllowedSpecial }): number[] {
    if (options !== undefined) {
      checkOptions('JsonTokenizer.encode', options, { allowedSpecial: allowedSpecialRule });
    }
    const isAllowed = isAllowedBy(options?.allowedSpecial, this.specialTokens, 'JsonTokenizer.encode');
    const { words, list } = this;
    // A call that threw may have left ids.
    list.size = 0;
    if (words !== undefined && isAllowed === undefined && this.pipeline.isPlain && typeof text === 'string') {
      encodeWords(words, text, list);
      return list.take();
    }
    const checked = checkText('JsonTokenizer.encode', text);
    if (words === undefined) {
      const ids: number[] = [];
      this.pipeline.encodeIds(checked, isAllowed, ids);
      return ids;
    }
    for (const { piece, addedId } of this.pipeline.segments(checked, isAllowed, false)) {
      if (addedId !== undefined) list.push(addedId);
      else encodeWords(words, piece.text, list);
    }
    return list.take();
  }

  /**
   * A text, or a pair, in full: ids with their places in the text, masks, type ids, cut and filled as asked for, with the
   * special tokens of the post-processor.
   *
   * @throws TokenizerError as `encode`, and where truncation leaves nothing or its stride is too long; ConfigError for an option that
   *   breaks its rule
   */
  encodeDetailed(text: string, options: EncodeOptions = {}): Encoding {
    return this.encodeBatch([checkText('JsonTokenizer.encodeDetailed', text)], options)[0]!;
  }

  /**
   * Several texts, or pairs of them, in full; padding fills to the longest of them.
   *
   * @param texts texts, or pairs of texts
   * @param options as for `encodeDetailed`; `pair` belongs to a single text alone
   * @throws TokenizerError and ConfigError as `encodeDetailed`; TokenizerError for anything but texts and pairs of texts
   */
  encodeBatch(texts: readonly (string | readonly [string, string])[], options: EncodeOptions = {}): Encoding[] {
    const broken =
      check.array(texts) ??
      (texts.some((one) => typeof one !== 'string' && one?.length !== 2)
        ? 'must be texts or pairs of texts'
        : undefined);
    if (broken !== undefined) refuseEncoding(`texts ${broken}`, describeValue(texts));
    const isOneText = texts.length === 1 && typeof texts[0] === 'string';
    checkOptions('JsonTokenizer.encodeDetailed', options, {
      pair: check.optional(isOneText ? check.string : () => 'must be left out'),
      addSpecialTokens: check.optional(check.boolean),
      allowedSpecial: allowedSpecialRule,
      truncation: objectOrNull,
      padding: objectOrNull,
    });
    const { truncation = this.pipeline.truncation, padding = this.pipeline.padding } = options;
    checkLimits(truncation, padding);
    const isAllowed = isAllowedBy(options.allowedSpecial, this.specialTokens, 'JsonTokenizer.encodeDetailed');
    const built = texts.map((entry) => {
      const { pair } = options;
      const parts = typeof entry === 'string' ? (pair === undefined ? [entry] : [entry, pair]) : entry;
      return this.buildOne(parts, isAllowed, options.addSpecialTokens ?? true, truncation ?? undefined);
    });
    if (padding) {
      const id = padding.id ?? this.padToken;
      const filled = { ...padding, id, token: padding.token ?? this.tokenOf(id) ?? '' };
      // The reference fills each encoding with its overflowing pieces before it fills the batch.
      for (const one of built) padEncodings([one], filled);
      padEncodings(built, filled);
    }
    return built.map((one) => one.build());
  }

  /**
   * The text of ids, as the decoder of the file has it; ids without token give nothing.
   *
   * @throws TokenizerError where an id is not below `vocabSize`
   */
  decode(ids: Iterable<number>, options?: DecodeOptions): string {
    return this.texts.decode(ids, options);
  }

  /** A decoder for ids that arrive one by one; together its pieces are the text that `decode` gives. */
  streamDecoder(options?: DecodeOptions): StreamDecoder {
    return this.texts.streamDecoder(options);
  }

  /** The bytes that a token stands for inside a text; none for special tokens. */
  tokenBytes(id: number): Uint8Array {
    return this.texts.tokenBytes(id);
  }

  /** `tokenizer.json` and `tokenizer_config.json` for transformers and huggingface/tokenizers. */
  toFiles(): TokenizerFiles {
    return {
      'tokenizer.json': documentText(this.pipeline.toJson()),
      'tokenizer_config.json': configText(this.config ?? this.plainConfig()),
    };
  }

  private plainConfig(): JsonObject {
    const pad = this.tokenOf(this.padToken);
    return plainConfig({
      ...(this.end === undefined ? {} : { eos_token: this.tokenOf(this.end) }),
      ...(pad !== undefined && this.specialTokens.has(pad) ? { pad_token: pad } : {}),
    });
  }

  private buildOne(
    texts: readonly string[],
    isAllowed: IsAllowed | undefined,
    addSpecialTokens: boolean,
    truncation: Truncation | undefined,
  ): EncodingBuilder {
    const { postProcessor } = this.pipeline;
    let parts = texts.map((text, i) =>
      this.pipeline.encodeTokens(checkText('JsonTokenizer.encodeDetailed', text), isAllowed, i),
    );
    if (truncation !== undefined) {
      const added = addSpecialTokens ? (postProcessor?.addedTokens(parts.length === 2) ?? 0) : 0;
      if (added > truncation.maxLength) {
        refuseEncoding(
          'truncation.maxLength must leave room for the tokens that the post-processor adds',
          `${truncation.maxLength}, ${added} added`,
        );
      }
      truncateEncodings(parts, { ...truncation, maxLength: truncation.maxLength - added });
    }
    if (postProcessor !== undefined) parts = postProcessor.process(parts, addSpecialTokens);
    const whole = parts[0] ?? new EncodingBuilder('', []);
    for (const part of parts.slice(1)) whole.append(part);
    return whole;
  }
}

const objectOrNull = (value: unknown): string | undefined =>
  value === null ? undefined : check.optional(check.object)(value);

function encodeWords({ encoder, addPrefixSpace }: ByteLevelWords, text: string, list: IdList): void {
  encoder.encode(addPrefixSpace && text !== '' && !text.startsWith(' ') ? ` ${text}` : text, list);
}

function checkLimits(truncation: Truncation | null | undefined, padding: Padding | null | undefined): void {
  if (truncation) {
    checkOptions('JsonTokenizer.encodeDetailed truncation', truncation, {
      maxLength: check.nonNegativeInteger,
      stride: check.optional(check.nonNegativeInteger),
      strategy: check.optional(check.oneOf('longestFirst', 'onlyFirst', 'onlySecond')),
      direction: check.optional(check.oneOf('left', 'right')),
    });
  }
  if (!padding) return;
  checkOptions('JsonTokenizer.encodeDetailed padding', padding, {
    length: check.optional(check.nonNegativeInteger),
    multipleOf: check.optional(check.nonNegativeInteger),
    direction: check.optional(check.oneOf('left', 'right')),
    id: check.optional(check.nonNegativeInteger),
    token: check.optional(check.string),
    typeId: check.optional(check.nonNegativeInteger),
  });
}
