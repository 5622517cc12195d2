import { grown } from './grow.ts';
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
  private cells: Int32Array;
  private used = 0;
  private readonly starts: Int32Array;
  private word = 0;

  constructor(wordCount: number, symbolsExpected: number) {
    this.cells = new Int32Array(symbolsExpected + wordCount + 2);
    this.starts = new Int32Array(wordCount + 1);
    this.cells[this.used++] = wordBorder;
  }

  push(symbol: number): void {
    if (this.used + 1 >= this.cells.length) this.cells = grown(this.cells, this.used + 2);
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

/** The words as UTF-8 bytes, each mapped to a symbol; lone surrogates are U+FFFD. */
export function byteWords({ units, ends, frequencies }: CountedWords, symbolOfByte: ArrayLike<number>): SymbolWords {
  const builder = new SymbolWordsBuilder(ends.length, units.length);
  const byte = (value: number): void => builder.push(symbolOfByte[value]!);
  let at = 0;
  for (const end of ends) {
    while (at < end) {
      const codePoint = codePointAt(units, at, end);
      at += codePoint > 0xffff ? 2 : 1;
      if (codePoint < 0x80) {
        byte(codePoint);
        continue;
      }
      if (codePoint < 0x800) byte(0xc0 | (codePoint >> 6));
      else {
        if (codePoint < 0x10000) byte(0xe0 | (codePoint >> 12));
        else {
          byte(0xf0 | (codePoint >> 18));
          byte(0x80 | ((codePoint >> 12) & 0x3f));
        }
        byte(0x80 | ((codePoint >> 6) & 0x3f));
      }
      byte(0x80 | (codePoint & 0x3f));
    }
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
  { units, ends, frequencies }: CountedWords,
  symbolOf: (codePoint: number, isFirst: boolean, isLast: boolean) => number,
): SymbolWords {
  const builder = new SymbolWordsBuilder(ends.length, units.length);
  let start = 0;
  for (const end of ends) {
    for (let at = start; at < end;) {
      const codePoint = codePointAt(units, at, end);
      const next = at + (codePoint > 0xffff ? 2 : 1);
      const symbol = symbolOf(codePoint, at === start, next === end);
      if (symbol >= 0) builder.push(symbol);
      at = next;
    }
    builder.endWord();
    start = end;
  }
  return builder.build(frequencies);
}

/** The code point at a place of a word; a lone surrogate is U+FFFD. */
export function codePointAt(units: Uint16Array, at: number, end: number): number {
  const unit = units[at]!;
  if ((unit & 0xf800) !== 0xd800) return unit;
  const next = at + 1 < end ? units[at + 1]! : 0;
  if (unit < 0xdc00 && (next & 0xfc00) === 0xdc00) return 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff);
  return 0xfffd;
}
