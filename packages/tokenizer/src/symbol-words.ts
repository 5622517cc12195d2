import { sharedInt32 } from './shared-memory.ts';
import { characterEnd, codePointAt } from './utf8-text.ts';
import type { CountedWords } from './word-counts.ts';

/** Stands between words in the cells. */
export const wordBorder = 0x7fffffff;

/** Counted words as symbols: words lie one after another with a `wordBorder` before each and after the last. */
export interface SymbolWords {
  readonly cells: Int32Array;
  /** Where each word's first symbol is; one more entry for the end. */
  readonly starts: Int32Array;
  /** How often each word occurs. */
  readonly frequencies: Float64Array;
}

/** Collects the symbols of words. */
class SymbolWordsBuilder {
  private readonly cells: Int32Array;
  private used = 0;
  private readonly starts: Int32Array;
  private word = 0;

  constructor(wordCount: number, mostSymbols: number) {
    this.cells = sharedInt32(mostSymbols + wordCount + 1);
    this.starts = sharedInt32(wordCount + 1);
    this.cells[this.used++] = wordBorder;
  }

  push(symbol: number): void {
    this.cells[this.used++] = symbol;
  }

  endWord(): void {
    this.push(wordBorder);
    this.starts[++this.word] = this.used;
  }

  build(frequencies: Float64Array): SymbolWords {
    this.starts[0] = 1;
    return { cells: this.cells.subarray(0, this.used), starts: this.starts, frequencies };
  }
}

/** The words as UTF-8 bytes, each mapped to a symbol. */
export function byteWords({ bytes, ends, frequencies }: CountedWords, symbolOfByte: ArrayLike<number>): SymbolWords {
  const builder = new SymbolWordsBuilder(ends.length, bytes.length);
  let at = 0;
  for (const end of ends) {
    for (; at < end; at++) builder.push(symbolOfByte[bytes[at]!]!);
    builder.endWord();
  }
  return builder.build(frequencies);
}

/**
 * The words as characters, each mapped to a symbol by its code point and place; a negative symbol leaves it out.
 *
 * @param symbolOf given the code point and whether it is the first and the last of its word
 */
export function characterWords(
  { bytes, ends, frequencies }: CountedWords,
  symbolOf: (codePoint: number, isFirst: boolean, isLast: boolean) => number,
): SymbolWords {
  const builder = new SymbolWordsBuilder(ends.length, bytes.length);
  let start = 0;
  for (const end of ends) {
    for (let at = start; at < end;) {
      const next = characterEnd(bytes, at);
      const symbol = symbolOf(codePointAt(bytes, at), at === start, next === end);
      if (symbol >= 0) builder.push(symbol);
      at = next;
    }
    builder.endWord();
    start = end;
  }
  return builder.build(frequencies);
}
