import { bytesToSymbols } from './byte-alphabet.ts';
import { grown } from './grow.ts';
import { mergeSymbols, type RankedMerges } from './merge-symbols.ts';
import type { WordSplitter } from './split-words.ts';
import { WordTable } from './word-table.ts';
import { utf8 } from './utf8.ts';

// Text repeats its words: each is merged once and remembered, as long as it is short and the memory is small.
const longestRemembered = 64;
const mostRememberedUnits = 1 << 21;

/** Turns text without special tokens into ids: splits words, then merges the bytes of each. */
export class BpeEncoder {
  private readonly splitter: WordSplitter;
  private readonly merges: RankedMerges;
  private readonly idOfByte: Int32Array;
  private readonly wholeWords: ReadonlyMap<string, number> | undefined;
  private words = new WordTable();
  private wordIds: Int32Array = new Int32Array(4096);
  private wordEnds: Int32Array = new Int32Array(1024);

  /**
   * @param idOfByte `[256]` the token of each byte
   * @param wholeWords ids of texts in the byte alphabet; a word among them needs no merges
   */
  constructor(
    splitter: WordSplitter,
    merges: RankedMerges,
    idOfByte: Int32Array,
    wholeWords?: ReadonlyMap<string, number>,
  ) {
    this.splitter = splitter;
    this.merges = merges;
    this.idOfByte = idOfByte;
    this.wholeWords = wholeWords;
  }

  /** Appends the ids of `text`. */
  encode(text: string, ids: number[]): void {
    for (let start = 0; start < text.length;) {
      const end = this.splitter.wordEnd(text, start);
      if (end - start > longestRemembered) {
        const symbols = this.merged(text.slice(start, end));
        for (let i = 0; i < symbols.length; i++) ids.push(symbols[i]!);
      } else {
        const known = this.words.size;
        const word = this.words.add(text, start, end);
        if (word === known) this.remember(word, text.slice(start, end));
        const wordEnd = this.wordEnds[word]!;
        for (let i = word === 0 ? 0 : this.wordEnds[word - 1]!; i < wordEnd; i++) ids.push(this.wordIds[i]!);
        if (this.words.unitCount > mostRememberedUnits) this.words = new WordTable();
      }
      start = end;
    }
  }

  /** The ids of one word. */
  private merged(word: string): Int32Array {
    const bytes = utf8.encode(word);
    const whole = this.wholeWords?.get(bytesToSymbols(bytes));
    if (whole !== undefined) return Int32Array.of(whole);
    const symbols = Int32Array.from(bytes, (byte) => this.idOfByte[byte]!);
    return symbols.subarray(0, mergeSymbols(symbols, symbols.length, this.merges));
  }

  private remember(word: number, text: string): void {
    const symbols = this.merged(text);
    const count = symbols.length;
    const start = word === 0 ? 0 : this.wordEnds[word - 1]!;
    this.wordIds = grown(this.wordIds, start + count);
    this.wordIds.set(symbols, start);
    this.wordEnds = grown(this.wordEnds, word + 1);
    this.wordEnds[word] = start + count;
  }
}
