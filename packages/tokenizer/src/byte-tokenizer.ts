import { bytesToSymbols } from './byte-alphabet.ts';
import { byteLevel } from './formats/tiktoken-patterns.ts';
import { bpeModel, vocabOf, type DocumentParts } from './formats/tokenizer-files.ts';
import { SymbolTokenizer } from './symbol-tokenizer.ts';
import { utf8 } from './utf8.ts';

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
export class ByteTokenizer extends SymbolTokenizer {
  constructor() {
    super(
      'ByteTokenizer',
      Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    );
  }

  /**
   * Reads the files that `toFiles` writes.
   *
   * @throws FormatError naming what is broken or not supported
   */
  static fromJson(tokenizerJson: string): ByteTokenizer {
    const tokenizer = new ByteTokenizer();
    tokenizer.checkFile(tokenizerJson);
    return tokenizer;
  }

  protected override encodeSymbols(text: string, _: number, ids: number[]): void {
    for (const byte of utf8.encode(text)) ids.push(byte);
  }

  /**
   * A BPE model without merges.
   *
   * @internal
   */
  protected override documentParts(specialIds: ReadonlyMap<string, number>): Omit<DocumentParts, 'addedTokens'> {
    const bytes = Array.from({ length: 256 }, (_, byte) => [bytesToSymbols(Uint8Array.of(byte)), byte] as const);
    return {
      // Without the regular expression a whole text is one word; without merges its bytes stay apart.
      preTokenizer: byteLevel,
      postProcessor: { ...byteLevel, trim_offsets: false },
      decoder: { ...byteLevel, add_prefix_space: true, use_regex: true },
      model: bpeModel(vocabOf([...bytes, ...specialIds]), []),
    };
  }
}
