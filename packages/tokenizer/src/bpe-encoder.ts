import { grown } from './grow.ts';
import { mergeSymbols, type RankedMerges } from './merge-symbols.ts';
import type { WordSplitter } from './split-words.ts';
import { WordTable } from './word-table.ts';

// Text repeats its words: each is merged once and remembered, as long as it is short and the memory is small.
const longestRemembered = 64;
const mostRememberedUnits = 1 << 21;
const utf8 = new TextEncoder();

/** Turns text without special tokens into ids: splits words, then merges the bytes of each. */
export class BpeEncoder {
  private readonly splitter: WordSplitter;
  private readonly merges: RankedMerges;
  private readonly idOfByte: Int32Array;
  private words = new WordTable();
  private wordIds: Int32Array = new Int32Array(4096);
  private wordEnds: Int32Array = new Int32Array(1024);

  /** @param idOfByte `[256]` the token of each byte */
  constructor(splitter: WordSplitter, merges: RankedMerges, idOfByte: Int32Array) {
    this.splitter = splitter;
    this.merges = merges;
    this.idOfByte = idOfByte;
  }

  /** Appends the ids of `text`. */
  encode(text: string, ids: number[]): void {
    for (let start = 0; start < text.length;) {
      const end = this.splitter.wordEnd(text, start);
      if (end - start > longestRemembered) {
        const symbols = this.bytesOf(text.slice(start, end));
        const count = mergeSymbols(symbols, symbols.length, this.merges);
        for (let i = 0; i < count; i++) ids.push(symbols[i]!);
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

  private bytesOf(word: string): Int32Array {
    return Int32Array.from(utf8.encode(word), (byte) => this.idOfByte[byte]!);
  }

  private remember(word: number, text: string): void {
    const symbols = this.bytesOf(text);
    const count = mergeSymbols(symbols, symbols.length, this.merges);
    const start = word === 0 ? 0 : this.wordEnds[word - 1]!;
    this.wordIds = grown(this.wordIds, start + count);
    this.wordIds.set(symbols.subarray(0, count), start);
    this.wordEnds = grown(this.wordEnds, word + 1);
    this.wordEnds[word] = start + count;
  }
}
