import { alphabetOrder, bytesToSymbols } from './byte-alphabet.ts';
import { grown } from './grow.ts';
import { PairHeap } from './pair-heap.ts';
import { PairTable } from './pair-table.ts';
import type { WordCounts } from './word-counts.ts';

/** What byte pair encoding learns: tokens in the byte alphabet by id, and pairs of ids in the order of their merging. */
export interface LearnedMerges {
  readonly tokens: string[];
  readonly merges: (readonly [number, number])[];
}

/**
 * Learns byte pair merges from counted words: again and again the most frequent pair of neighbours becomes one token;
 * ties go to the smaller pair of ids. Counts are kept up to date word by word, so a merge costs as much as the words
 * that it changes.
 *
 * Source: Sennrich et al. 2016, "Neural machine translation of rare words with subword units", algorithm 1; equal to
 * `BpeTrainer` of huggingface/tokenizers, its bookkeeping included: a merged pair keeps its count, and a token that can
 * be made in two ways has one id.
 */
export class BpeTrainer {
  private readonly tokens: string[] = Array.from(alphabetOrder, (byte) => bytesToSymbols(Uint8Array.of(byte)));
  private readonly idOfToken = new Map<string, number>(this.tokens.map((token, id) => [token, id]));
  // Numbered by the pair: a pair that is merged again takes its later place.
  private readonly merged = new Map<number, readonly [number, number]>();
  private readonly symbols: Int32Array;
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly frequencies: Float64Array;
  private readonly pairs = new PairTable();
  private pairCounts: Float64Array = new Float64Array(1024);
  private readonly heap = new PairHeap();
  // Words of the pairs that a step has touched, by pair; moved to the heap at the end of the step.
  private readonly touchedWords: (number[] | undefined)[] = [];
  private touched: number[] = [];

  constructor(words: WordCounts) {
    const idOfByte = new Int32Array(256);
    alphabetOrder.forEach((byte, id) => (idOfByte[byte] = id));
    const { symbols, starts } = words.symbols(idOfByte);
    this.symbols = symbols;
    this.starts = starts;
    this.ends = starts.slice(1);
    this.frequencies = words.frequencies;
    for (let word = 0; word < this.ends.length; word++) {
      for (let at = starts[word]! + 1; at < this.ends[word]!; at++) {
        this.count(symbols[at - 1]!, symbols[at]!, this.frequencies[word]!, word);
      }
    }
    this.queueTouched();
  }

  /** Learns until the vocabulary has `vocabSize` tokens or no pair is left; yields its size after each merge. */
  *learn(vocabSize: number, minFrequency: number): Generator<number, LearnedMerges, void> {
    while (this.tokens.length < vocabSize) {
      const top = this.heap.pop();
      if (top === undefined) break;
      const count = this.pairCounts[top.index]!;
      if (count !== top.count) {
        // Other merges have used up some of its places since it was queued.
        top.count = count;
        this.heap.push(top);
        continue;
      }
      if (count < 1 || count < minFrequency) break;
      const token = this.tokenFor(top.left, top.right);
      this.merged.delete(top.index);
      this.merged.set(top.index, [top.left, top.right]);
      for (const word of top.words) this.mergeInWord(word, top.left, top.right, token);
      this.queueTouched();
      yield this.tokens.length;
    }
    return { tokens: this.tokens, merges: [...this.merged.values()] };
  }

  private tokenFor(left: number, right: number): number {
    const text = this.tokens[left]! + this.tokens[right]!;
    const known = this.idOfToken.get(text);
    if (known !== undefined) return known;
    this.idOfToken.set(text, this.tokens.length);
    return this.tokens.push(text) - 1;
  }

  private mergeInWord(word: number, left: number, right: number, token: number): void {
    const { symbols } = this;
    const start = this.starts[word]!;
    const end = this.ends[word]!;
    const frequency = this.frequencies[word]!;
    let write = start;
    for (let read = start; read < end; read++) {
      const symbol = symbols[read]!;
      if (symbol !== left || read + 1 >= end || symbols[read + 1] !== right) {
        symbols[write++] = symbol;
        continue;
      }
      if (write > start) {
        const before = symbols[write - 1]!;
        this.count(before, left, -frequency, word);
        this.count(before, token, frequency, word);
      }
      symbols[write++] = token;
      read++;
      if (read + 1 < end) {
        const after = symbols[read + 1]!;
        this.count(right, after, -frequency, word);
        this.count(token, after, frequency, word);
      }
    }
    this.ends[word] = write;
  }

  private count(left: number, right: number, change: number, word: number): void {
    const pair = this.pairs.add(left, right);
    this.pairCounts = grown(this.pairCounts, this.pairs.size);
    this.pairCounts[pair]! += change;
    if (change < 0) return;
    const words = this.touchedWords[pair];
    if (words === undefined) {
      this.touchedWords[pair] = [word];
      this.touched.push(pair);
    } else if (words[words.length - 1] !== word) words.push(word);
  }

  private queueTouched(): void {
    for (const index of this.touched) {
      const count = this.pairCounts[index]!;
      const words = this.touchedWords[index]!;
      this.touchedWords[index] = undefined;
      if (count > 0) {
        this.heap.push({ index, left: this.pairs.left(index), right: this.pairs.right(index), count, words });
      }
    }
    this.touched = [];
  }
}
