import { grown } from './grow.ts';
import type { WordSplitter } from './split-words.ts';
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
  private counts: Float64Array = new Float64Array(1024);

  /** The number of distinct words. */
  get size(): number {
    return this.table.size;
  }

  /** Everything counted so far; views that later additions may leave behind. */
  get words(): CountedWords {
    return { ...this.table.parts, frequencies: this.counts.subarray(0, this.size) };
  }

  /** Counts the words into which `splitter` cuts a text; yields now and then, so that the caller can stop. */
  *addText(text: string, splitter: WordSplitter): Generator<void, void, void> {
    let untilStep = wordsPerStep;
    for (let start = 0; start < text.length;) {
      const end = splitter.wordEnd(text, start);
      this.count(this.table.add(text, start, end), 1);
      start = end;
      if (--untilStep === 0) {
        untilStep = wordsPerStep;
        yield;
      }
    }
  }

  /** Counts one word. */
  addWord(word: string): void {
    this.count(this.table.add(word, 0, word.length), 1);
  }

  /** Adds what was counted elsewhere. */
  addCounts({ units, ends, frequencies }: CountedWords): void {
    let start = 0;
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i]!;
      this.count(this.table.addUnits(units, start, end), frequencies[i]!);
      start = end;
    }
  }

  private count(word: number, times: number): void {
    this.counts = grown(this.counts, word + 1);
    this.counts[word]! += times;
  }
}

/** The words as strings. */
export function* wordTexts({ units, ends }: CountedWords): Generator<string, void, void> {
  const decoder = new TextDecoder('utf-16le', { ignoreBOM: true });
  let start = 0;
  for (const end of ends) {
    yield decoder.decode(units.subarray(start, end));
    start = end;
  }
}
