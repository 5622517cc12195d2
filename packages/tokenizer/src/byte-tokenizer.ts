import { fingerprint, type AllowedSpecial, type StreamDecoder, type Tokenizer } from '@gptloom/core';
import { checkByteDocument, writeByteDocument } from './byte-document.ts';
import { defaultEndToken, defaultPadToken, tokenizerConfigJson } from './end-and-pad.ts';
import { SpecialTokens } from './special-tokens.ts';
import type { TokenizerFiles } from './formats/tokenizer-files.ts';
import { TokenDecoder, type DecodeOptions } from './token-decoder.ts';

const utf8 = new TextEncoder();
const specialTokens: ReadonlyMap<string, number> = new Map([
  [defaultEndToken, 256],
  [defaultPadToken, 257],
]);

/**
 * The UTF-8 bytes of a text are its ids, 0 to 255; an end and a padding token follow. Needs no training and knows every
 * text.
 *
 * ```ts
 * import { ByteTokenizer } from '@gptloom/tokenizer';
 *
 * console.log(new ByteTokenizer().encode('hé')); // [104, 195, 169]
 * ```
 */
export class ByteTokenizer implements Tokenizer {
  /** 256 bytes and two special tokens. */
  readonly vocabSize = 258;
  /** The id that ends a document, `<|endoftext|>`. */
  readonly endToken = 256;
  /** The id that fills rows of a batch, `<|pad|>`. */
  readonly padToken = 257;
  private readonly special = new SpecialTokens('ByteTokenizer', specialTokens);
  private readonly decoder = new TokenDecoder(
    'ByteTokenizer',
    Array.from({ length: 258 }, (_, byte) => (byte < 256 ? Uint8Array.of(byte) : new Uint8Array(0))),
    this.special,
  );
  private digest: string | undefined;

  /**
   * Reads the files that `toFiles` writes.
   *
   * @throws FormatError naming what is broken or not supported
   */
  static fromJson(tokenizerJson: string): ByteTokenizer {
    checkByteDocument(tokenizerJson);
    return new ByteTokenizer();
  }

  /** A digest of everything that decides the ids: the same for all byte tokenizers. */
  get fingerprint(): string {
    return (this.digest ??= fingerprint(Object.values(this.toFiles()).join('\n')));
  }

  /** The UTF-8 bytes of a text. A lone surrogate counts as U+FFFD. */
  encode(text: string, options?: { readonly allowedSpecial?: AllowedSpecial }): number[] {
    const ids: number[] = [];
    for (const piece of this.special.split(text, options)) {
      if (typeof piece === 'number') ids.push(piece);
      else for (const byte of utf8.encode(piece)) ids.push(byte);
    }
    return ids;
  }

  /**
   * The text of ids; invalid UTF-8 becomes U+FFFD.
   *
   * @throws TokenizerError where an id is not below 258
   */
  decode(ids: Iterable<number>, options?: DecodeOptions): string {
    return this.decoder.decode(ids, options);
  }

  /** A decoder for ids that arrive one by one; a character comes out when its last byte is in. */
  streamDecoder(options?: DecodeOptions): StreamDecoder {
    return this.decoder.streamDecoder(options);
  }

  /** The byte of an id; none for special tokens. */
  tokenBytes(id: number): Uint8Array {
    return this.decoder.tokenBytes(id);
  }

  /** `tokenizer.json` (a BPE model without merges) and `tokenizer_config.json` for transformers. */
  toFiles(): TokenizerFiles {
    const tokens = Array.from({ length: 256 }, (_, byte) => String(byte));
    return {
      'tokenizer.json': writeByteDocument(specialTokens),
      'tokenizer_config.json': tokenizerConfigJson(
        { tokens: [...tokens, ...specialTokens.keys()], specialTokens },
        this,
      ),
    };
  }
}
