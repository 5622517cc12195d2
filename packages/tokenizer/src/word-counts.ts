import { grown } from './grow.ts';
import type { WordSplitter } from './split-words.ts';
import { WordTable } from './word-table.ts';

const wordsPerStep = 1 << 14;
const utf8 = new TextEncoder();

/** Distinct words of a corpus with how often each occurs. Memory grows with distinct words, not with the corpus. */
export class WordCounts {
  private readonly splitter: WordSplitter;
  private readonly table = new WordTable();
  private counts: Float64Array = new Float64Array(1024);
  private starts: Int32Array = new Int32Array(1024);
  private bytes: Int32Array = new Int32Array(8192);
  private used = 0;

  constructor(splitter: WordSplitter) {
    this.splitter = splitter;
  }

  /** The number of distinct words. */
  get size(): number {
    return this.table.size;
  }

  /** How often each distinct word occurs: float64, exact up to 2^53. */
  get frequencies(): Float64Array {
    return this.counts.subarray(0, this.size);
  }

  /** Counts the words of a text; yields now and then, so that the caller can stop or let others work. */
  *add(text: string): Generator<void, void, void> {
    let untilStep = wordsPerStep;
    for (let start = 0; start < text.length;) {
      const end = this.splitter.wordEnd(text, start);
      const known = this.table.size;
      const index = this.table.add(text, start, end);
      if (index === known) this.insert(text.slice(start, end));
      this.counts[index]!++;
      start = end;
      if (--untilStep === 0) {
        untilStep = wordsPerStep;
        yield;
      }
    }
  }

  private insert(word: string): void {
    const encoded = utf8.encode(word);
    this.counts = grown(this.counts, this.size);
    this.starts = grown(this.starts, this.size + 1);
    this.bytes = grown(this.bytes, this.used + encoded.length);
    this.bytes.set(encoded, this.used);
    this.used += encoded.length;
    this.starts[this.size] = this.used;
  }

  /** The UTF-8 bytes of all words one after another, each mapped, and where each starts (the last entry is the end). */
  symbols(symbolOfByte: ArrayLike<number>): { readonly symbols: Int32Array; readonly starts: Int32Array } {
    return {
      symbols: this.bytes.subarray(0, this.used).map((byte) => symbolOfByte[byte]!),
      starts: this.starts.slice(0, this.size + 1),
    };
  }
}
