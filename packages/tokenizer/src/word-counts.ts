import { grown } from './grow.ts';
import type { WordSplitter } from './split-words.ts';
import { viewOf, type EncodedTexts } from './text-batch.ts';
import { Utf8Text } from './utf8-text.ts';
import { WordTable, type WordTableParts } from './word-table.ts';

const wordsPerStep = 1 << 14;

/** Counted words as plain arrays, which move between threads. */
export interface CountedWords extends WordTableParts {
  /** How often each word occurs: float64, exact up to 2^53. */
  readonly frequencies: Float64Array;
}

/** Distinct words of a corpus with how often each occurs. Memory grows with distinct words, not with the corpus. */
export class WordCounts {
  private readonly table = new WordTable();
  private readonly utf8 = new Utf8Text();
  private counts: Float64Array = new Float64Array(1024);

  /** The number of distinct words. */
  get size(): number {
    return this.table.size;
  }

  /** Everything counted so far; views that later additions may leave behind. */
  get words(): CountedWords {
    return { ...this.table.parts, frequencies: this.counts.subarray(0, this.size) };
  }

  /** Counts the words into which `splitter` cuts each text; yields now and then, so that the caller can stop. */
  *addTexts({ bytes, ends, count }: EncodedTexts, splitter: WordSplitter): Generator<void, void, void> {
    let untilStep = wordsPerStep;
    const view = viewOf(bytes);
    for (let i = 0, start = 0; i < count; i++) {
      for (const textEnd = ends[i]!; start < textEnd;) {
        const end = splitter.wordEnd(bytes, start, textEnd);
        this.count(this.table.add(bytes, view, start, end), 1);
        start = end;
        if (--untilStep === 0) {
          untilStep = wordsPerStep;
          yield;
        }
      }
    }
  }

  /** Counts one word and gives its number. */
  addWord(word: string): number {
    const length = this.utf8.write(word);
    const number = this.table.add(this.utf8.bytes, this.utf8.view, 0, length);
    this.count(number, 1);
    return number;
  }

  /** Counts a word again by its number. */
  addAgain(number: number): void {
    this.counts[number]!++;
  }

  /** Adds what was counted elsewhere. */
  addCounts({ bytes, ends, frequencies }: CountedWords): void {
    // Eight more bytes, for the last words.
    const padded = new Uint8Array(bytes.length + 8);
    padded.set(bytes);
    const view = new DataView(padded.buffer);
    let start = 0;
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i]!;
      this.count(this.table.add(padded, view, start, end), frequencies[i]!);
      start = end;
    }
  }

  private count(word: number, times: number): void {
    this.counts = grown(this.counts, word + 1);
    this.counts[word]! += times;
  }
}

/** The words as strings. */
export function* wordTexts({ bytes, ends }: CountedWords): Generator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let start = 0;
  for (const end of ends) {
    yield decoder.decode(bytes.subarray(start, end));
    start = end;
  }
}
