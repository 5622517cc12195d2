import { fingerprint, type AllowedSpecial, type StreamDecoder, type Tokenizer } from '@gptloom/core';
import type { DecodeOptions } from './decode-options.ts';
import { defaultEndToken, defaultPadToken } from './end-and-pad.ts';
import { tokenizerFiles, type DocumentParts, type TokenizerFiles } from './formats/tokenizer-files.ts';
import { SpecialTokens } from './special-tokens.ts';
import { TokenDecoder } from './token-decoder.ts';
import { addedToken, isObject, parseJsonObject, refuse } from './tokenizer-document.ts';

/** A tokenizer with one token for each symbol, a byte or a character, then an end and a padding token. */
export abstract class SymbolTokenizer implements Tokenizer {
  /** Number of token ids: the symbols and two special tokens. */
  readonly vocabSize: number;
  /** The id that ends a document, `<|endoftext|>`: the first after the symbols. */
  readonly endToken: number;
  /** The id that fills rows of a batch, `<|pad|>`: the last. */
  readonly padToken: number;
  private readonly special: SpecialTokens;
  private readonly decoder: TokenDecoder;
  private digest: string | undefined;

  /**
   * @param who the class, for messages
   * @param symbols the bytes of each symbol by id
   */
  protected constructor(who: string, symbols: readonly Uint8Array[]) {
    this.endToken = symbols.length;
    this.padToken = this.endToken + 1;
    this.vocabSize = this.endToken + 2;
    const ids = new Map([
      [defaultEndToken, this.endToken],
      [defaultPadToken, this.padToken],
    ]);
    this.special = new SpecialTokens(who, ids);
    const nothing = new Uint8Array(0);
    this.decoder = new TokenDecoder(who, [...symbols, nothing, nothing], this.special);
  }

  /**
   * Appends the ids of text without special tokens.
   *
   * @param start where it stands in the whole text, for messages
   */
  protected abstract encodeSymbols(text: string, start: number, ids: number[]): void;

  /**
   * What `tokenizer.json` has besides the special tokens.
   *
   * @internal
   */
  protected abstract documentParts(specialIds: ReadonlyMap<string, number>): Omit<DocumentParts, 'addedTokens'>;

  /** A digest of everything that decides the ids. */
  get fingerprint(): string {
    return (this.digest ??= fingerprint(Object.values(this.toFiles()).join('\n')));
  }

  /**
   * Token ids of a text. A lone surrogate counts as U+FFFD.
   *
   * @param options `allowedSpecial`: which special tokens may come out of the text; default none
   * @throws TokenizerError where `text` is not a string, has a symbol without token, or `allowedSpecial` names a token that
   *   is not special here
   */
  encode(text: string, options?: { readonly allowedSpecial?: AllowedSpecial }): number[] {
    const ids: number[] = [];
    let start = 0;
    for (const piece of this.special.split(text, options)) {
      if (typeof piece === 'number') {
        ids.push(piece);
        start += this.special.textOf(piece)!.length;
      } else {
        this.encodeSymbols(piece, start, ids);
        start += piece.length;
      }
    }
    return ids;
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

  /** The UTF-8 bytes of a token; none for special tokens. */
  tokenBytes(id: number): Uint8Array {
    return this.decoder.tokenBytes(id);
  }

  /** `tokenizer.json` and `tokenizer_config.json` for transformers and huggingface/tokenizers. */
  toFiles(): TokenizerFiles {
    const { ids } = this.special;
    const addedTokens = Array.from(ids, ([content, id]) => addedToken(content, id));
    return tokenizerFiles(
      { addedTokens, ...this.documentParts(ids) },
      { eos_token: defaultEndToken, pad_token: defaultPadToken },
    );
  }

  /**
   * Checks that a `tokenizer.json` is that of this tokenizer; members that are null may be missing.
   *
   * @throws FormatError naming the member that differs
   */
  protected checkFile(tokenizerJson: string): void {
    const [given, own] = [tokenizerJson, this.toFiles()['tokenizer.json']].map((text) =>
      parseJsonObject(text, 'tokenizer.json'),
    );
    checkSame('', given, own);
  }
}

function checkSame(path: string, value: unknown, expected: unknown): void {
  if (isObject(value) && isObject(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(value)])) {
      checkSame(path === '' ? key : `${path}.${key}`, value[key] ?? null, expected[key] ?? null);
    }
  } else if (Array.isArray(value) && Array.isArray(expected) && value.length === expected.length) {
    expected.forEach((entry, i) => checkSame(`${path}[${i}]`, value[i], entry));
  } else if (value !== expected) {
    refuse(path, `must be ${JSON.stringify(expected)} in this tokenizer`, value ?? null);
  }
}
