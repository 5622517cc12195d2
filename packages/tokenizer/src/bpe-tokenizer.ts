import { fingerprint, TokenizerError, type AllowedSpecial, type StreamDecoder, type Tokenizer } from '@gptloom/core';
import { readBpeDocument, writeBpeDocument } from './bpe-document.ts';
import { BpeEncoder } from './bpe-encoder.ts';
import { symbolsToBytes } from './byte-alphabet.ts';
import { tokenizerConfigJson } from './end-and-pad.ts';
import { IdList } from './id-list.ts';
import { PairTable } from './pair-table.ts';
import { SpecialTokens } from './special-tokens.ts';
import { wordSplitters, type PatternName } from './split-words.ts';
import type { TokenizerFiles } from './formats/tokenizer-files.ts';
import { TokenDecoder, type DecodeOptions } from './token-decoder.ts';

/** Everything that decides the ids of a byte-level BPE tokenizer. */
export interface BpeParts {
  /** The text of each token by id, in GPT-2's byte alphabet (`Ġthe` is " the"); special tokens as they are. */
  readonly tokens: readonly string[];
  /** Pairs of token ids, first merged first. The two texts joined must be a token. */
  readonly merges: readonly (readonly [number, number])[];
  /** Ids of special tokens by text. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** The pattern that cuts text into words. */
  readonly pattern: PatternName;
  /** The id that ends a document. */
  readonly endToken: number;
  /** The id that fills rows of a batch. */
  readonly padToken: number;
}

/**
 * Byte-level byte pair encoding: text is cut into words by a pattern, the UTF-8 bytes of each word are merged, pair by
 * pair, in the order that training found. Every string can be encoded and comes back the same, except that lone
 * surrogates become U+FFFD.
 *
 * Source: Radford et al. 2019, "Language models are unsupervised multitask learners" (GPT-2), section 2.2; ids equal
 * those of huggingface/tokenizers. `encode` takes linear time in practice: words are remembered, and a single long one
 * of n bytes takes O(n log n).
 *
 * ```ts
 * import { trainBpeTokenizer } from '@gptloom/tokenizer';
 *
 * const tokenizer = await trainBpeTokenizer('to be or not to be', { vocabSize: 270 });
 * const ids = tokenizer.encode('not to be');
 * console.log(ids, tokenizer.decode(ids));
 * ```
 */
export class BpeTokenizer implements Tokenizer {
  /** Number of token ids, special tokens included. */
  readonly vocabSize: number;
  /** The id that ends a document. */
  readonly endToken: number;
  /** The id that fills rows of a batch; an ordinary token where the file that was loaded has no padding token. */
  readonly padToken: number;
  /** The text of each token by id, in GPT-2's byte alphabet; special tokens as they are. */
  readonly tokens: readonly string[];
  /** Pairs of token ids, first merged first. */
  readonly merges: readonly (readonly [number, number])[];
  /** Ids of special tokens by text. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** The pattern that cuts text into words. */
  readonly pattern: PatternName;
  private readonly special: SpecialTokens;
  private readonly encoder: BpeEncoder;
  private readonly list = new IdList();
  private readonly decoder: TokenDecoder;
  private digest: string | undefined;

  /**
   * @param parts what decides the ids; train a tokenizer or load one to have them
   * @throws TokenizerError where a byte has no token, a merge does not fit the vocabulary, or end and pad are the same
   */
  constructor(parts: BpeParts) {
    const { tokens, merges, specialTokens, pattern, endToken, padToken } = parts;
    this.vocabSize = tokens.length;
    this.endToken = endToken;
    this.padToken = padToken;
    this.tokens = tokens;
    this.specialTokens = specialTokens;
    this.pattern = pattern;
    checkSpecialTokens(parts);
    this.special = new SpecialTokens('BpeTokenizer', specialTokens);
    const bytes = tokens.map((text) => symbolsToBytes(text) ?? new TextEncoder().encode(text));
    this.decoder = new TokenDecoder('BpeTokenizer', bytes, this.special);
    const ranked = rankMerges(tokens, merges);
    this.merges = Array.from({ length: ranked.ranks.size }, (_, rank) => [
      ranked.ranks.left(rank),
      ranked.ranks.right(rank),
    ]);
    this.encoder = new BpeEncoder(wordSplitters[pattern], ranked, byteTokens(tokens, specialTokens));
  }

  /**
   * Reads the `tokenizer.json` of a byte-level BPE tokenizer as Hugging Face writes it, with merges as strings or as
   * pairs. End and padding tokens are those that `tokenizer_config.json` names, or special tokens with a usual name.
   * Where there is no padding token other than the end token (GPT-2), the lowest other id serves as `padToken`: padding
   * is masked by lengths and never learned, so its id has no effect, and the vocabulary keeps the model's size.
   *
   * @param tokenizerJson the text of `tokenizer.json`
   * @param configJson the text of `tokenizer_config.json`, where there is one
   * @throws FormatError naming what is broken, or what is in the file and not supported
   */
  static fromJson(tokenizerJson: string, configJson?: string): BpeTokenizer {
    return new BpeTokenizer(readBpeDocument(tokenizerJson, configJson));
  }

  /** A digest of everything that decides the ids. */
  get fingerprint(): string {
    return (this.digest ??= fingerprint(Object.values(this.toFiles()).join('\n')));
  }

  /**
   * Token ids of a text, without an end token.
   *
   * @param options `allowedSpecial`: which special tokens may come out of the text; default none
   * @throws TokenizerError where `text` is not a string, or `allowedSpecial` names a token that is not special here
   */
  encode(text: string, options?: { readonly allowedSpecial?: AllowedSpecial }): number[] {
    const { list } = this;
    for (const piece of this.special.split(text, options)) {
      if (typeof piece === 'number') list.push(piece);
      else this.encoder.encode(piece, list);
    }
    return list.take();
  }

  /**
   * The text of ids; invalid UTF-8 becomes U+FFFD.
   *
   * @throws TokenizerError where an id is not below `vocabSize`
   */
  decode(ids: Iterable<number>, options?: DecodeOptions): string {
    return this.decoder.decode(ids, options);
  }

  /** A decoder for ids that arrive one by one; a character comes out when its last byte is in. */
  streamDecoder(options?: DecodeOptions): StreamDecoder {
    return this.decoder.streamDecoder(options);
  }

  /** The bytes that a token stands for; none for special tokens. */
  tokenBytes(id: number): Uint8Array {
    return this.decoder.tokenBytes(id);
  }

  /** `tokenizer.json` and `tokenizer_config.json` for transformers and huggingface/tokenizers. */
  toFiles(): TokenizerFiles {
    return { 'tokenizer.json': writeBpeDocument(this), 'tokenizer_config.json': tokenizerConfigJson(this, this) };
  }
}

function refuse(rule: string, received?: string): never {
  throw new TokenizerError({ who: 'BpeTokenizer', rule, received });
}

function checkSpecialTokens({ tokens, specialTokens, endToken, padToken }: BpeParts): void {
  for (const [text, id] of specialTokens) {
    if (tokens[id] !== text) refuse(`special token ${JSON.stringify(text)} must be token ${id}`, tokens[id]);
  }
  for (const [name, id] of Object.entries({ endToken, padToken })) {
    if (tokens[id] === undefined) refuse(`${name} must be a token id below ${tokens.length}`, String(id));
  }
  if (endToken === padToken) refuse('endToken and padToken must be two different ids', `${endToken} for both`);
}

function rankMerges(tokens: readonly string[], merges: BpeParts['merges']): { ranks: PairTable; results: Int32Array } {
  const idOf = new Map(tokens.map((text, id) => [text, id]));
  // A pair that stands twice has its later rank, as in huggingface/tokenizers.
  const lastPlace = new Map<string, number>();
  merges.forEach(([left, right], i) => lastPlace.set(`${left} ${right}`, i));
  const ranks = new PairTable();
  const results: number[] = [];
  merges.forEach(([left, right], i) => {
    const texts = [left, right].map((id) => tokens[id] ?? refuse(`merges[${i}] must be of token ids`, String(id)));
    const joined = texts.join('');
    const result =
      idOf.get(joined) ?? refuse(`merges[${i}] must make a token of the vocabulary`, JSON.stringify(joined));
    if (lastPlace.get(`${left} ${right}`) !== i) return;
    ranks.add(left, right);
    results.push(result);
  });
  return { ranks, results: Int32Array.from(results) };
}

function byteTokens(tokens: readonly string[], specialTokens: ReadonlyMap<string, number>): Int32Array {
  const idOfByte = new Int32Array(256).fill(-1);
  tokens.forEach((text, id) => {
    if (text.length !== 1 || specialTokens.has(text)) return;
    const bytes = symbolsToBytes(text);
    if (bytes !== undefined) idOfByte[bytes[0]!] = id;
  });
  const missing = idOfByte.indexOf(-1);
  if (missing >= 0) refuse(`the vocabulary must have a token for each of the 256 bytes: byte ${missing} has none`);
  return idOfByte;
}
