import {
  ConfigError,
  describeValue,
  fingerprint,
  TokenizerError,
  type AllowedSpecial,
  type StreamDecoder,
  type Tokenizer,
} from '@gptloom/core';
import { readCharDocument, writeCharDocument } from './char-document.ts';
import { defaultEndToken, defaultPadToken, tokenizerConfigJson } from './end-and-pad.ts';
import { SpecialTokens } from './special-tokens.ts';
import type { TokenizerFiles } from './formats/tokenizer-files.ts';
import { TokenDecoder, type DecodeOptions } from './token-decoder.ts';

const utf8 = new TextEncoder();
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/**
 * One token for each distinct character (Unicode code point), then an end and a padding token. The simplest tokenizer,
 * for small experiments on one text; what it has not seen it can not encode.
 *
 * ```ts
 * import { CharTokenizer } from '@gptloom/tokenizer';
 *
 * const tokenizer = CharTokenizer.train('hello');
 * console.log(tokenizer.encode('hole'), tokenizer.vocabSize); // [1, 3, 2, 0] 6
 * ```
 */
export class CharTokenizer implements Tokenizer {
  /** Number of token ids: the characters and two special tokens. */
  readonly vocabSize: number;
  /** The id that ends a document, `<|endoftext|>`: the first after the characters. */
  readonly endToken: number;
  /** The id that fills rows of a batch, `<|pad|>`: the last. */
  readonly padToken: number;
  /** The characters by id. */
  readonly characters: readonly string[];
  private readonly idOf: ReadonlyMap<number, number>;
  private readonly special: SpecialTokens;
  private readonly decoder: TokenDecoder;
  private digest: string | undefined;

  /**
   * @param characters the characters in the order of their ids, each one code point
   * @throws ConfigError where one is not a single character, or stands twice
   */
  constructor(characters: Iterable<string>) {
    this.characters = [...characters];
    this.endToken = this.characters.length;
    this.padToken = this.endToken + 1;
    this.vocabSize = this.endToken + 2;
    const idOf = new Map<number, number>();
    this.characters.forEach((character, id) => {
      const codePoint = typeof character === 'string' ? character.codePointAt(0) : undefined;
      if (
        codePoint === undefined ||
        String.fromCodePoint(codePoint) !== character ||
        /\p{Surrogate}/u.test(character)
      ) {
        refuse('must be one character (code point) each', describeValue(character));
      }
      if (idOf.has(codePoint)) refuse('must differ from each other', `${describeValue(character)} twice`);
      idOf.set(codePoint, id);
    });
    this.idOf = idOf;
    const { endToken, padToken } = this;
    const ids = new Map([
      [defaultEndToken, endToken],
      [defaultPadToken, padToken],
    ]);
    this.special = new SpecialTokens('CharTokenizer', ids);
    const bytes = [...this.characters, '', ''].map((character) => utf8.encode(character));
    this.decoder = new TokenDecoder('CharTokenizer', bytes, this.special);
  }

  /** The tokenizer of all characters of a text, or of several texts, sorted by code point. */
  static train(text: string | Iterable<string>): CharTokenizer {
    const codePoints = new Set<number>();
    for (const piece of typeof text === 'string' ? [text] : text) {
      for (const character of wellFormed(piece)) codePoints.add(character.codePointAt(0)!);
    }
    return new CharTokenizer([...codePoints].sort((a, b) => a - b).map((codePoint) => String.fromCodePoint(codePoint)));
  }

  /**
   * Reads the files that `toFiles` writes.
   *
   * @throws FormatError naming what is broken or not supported
   */
  static fromJson(tokenizerJson: string): CharTokenizer {
    return new CharTokenizer(readCharDocument(tokenizerJson));
  }

  /** A digest of everything that decides the ids. */
  get fingerprint(): string {
    return (this.digest ??= fingerprint(Object.values(this.toFiles()).join('\n')));
  }

  /**
   * Token ids of a text. A lone surrogate counts as U+FFFD.
   *
   * @throws TokenizerError naming the first character that has no token, and where it is
   */
  encode(text: string, options?: { readonly allowedSpecial?: AllowedSpecial }): number[] {
    const ids: number[] = [];
    let start = 0;
    for (const piece of this.special.split(text, options)) {
      if (typeof piece === 'number') {
        ids.push(piece);
        start += (piece === this.endToken ? defaultEndToken : defaultPadToken).length;
        continue;
      }
      for (const character of wellFormed(piece)) {
        const id = this.idOf.get(character.codePointAt(0)!);
        if (id === undefined) throw unknownCharacter(character, start);
        ids.push(id);
        start += character.length;
      }
    }
    return ids;
  }

  /**
   * The text of ids.
   *
   * @throws TokenizerError where an id is not below `vocabSize`
   */
  decode(ids: Iterable<number>, options?: DecodeOptions): string {
    return this.decoder.decode(ids, options);
  }

  /** A decoder for ids that arrive one by one. */
  streamDecoder(options?: DecodeOptions): StreamDecoder {
    return this.decoder.streamDecoder(options);
  }

  /** The UTF-8 bytes of a token's character; none for special tokens. */
  tokenBytes(id: number): Uint8Array {
    return this.decoder.tokenBytes(id);
  }

  /** `tokenizer.json` (a `WordLevel` model over single characters) and `tokenizer_config.json` for transformers. */
  toFiles(): TokenizerFiles {
    const tokens = [...this.characters, defaultEndToken, defaultPadToken];
    return {
      'tokenizer.json': writeCharDocument(tokens, this.special.ids),
      'tokenizer_config.json': tokenizerConfigJson({ tokens, specialTokens: this.special.ids }, this),
    };
  }
}

function refuse(rule: string, received: string): never {
  throw new ConfigError({ who: 'CharTokenizer', rule: `characters ${rule}`, received });
}

function unknownCharacter(character: string, index: number): TokenizerError {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return new TokenizerError({
    who: 'CharTokenizer.encode',
    rule: 'every character must be one of those the tokenizer was made from',
    received: `${JSON.stringify(character)} (U+${code}) at index ${index}`,
    suggestion: 'train on a text that has it, or use a byte-level tokenizer, which knows every text',
  });
}
