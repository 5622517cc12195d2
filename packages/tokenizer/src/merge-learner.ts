import { grown } from './grow.ts';
import { Neighbours } from './neighbours.ts';
import { PairHeap, type PairCandidate } from './pair-heap.ts';
import { PairTable } from './pair-table.ts';
import { wordBorder, type SymbolWords } from './symbol-words.ts';

/** What byte pair encoding learns: tokens by id, and pairs of ids in the order of their merging. */
export interface LearnedMerges {
  readonly tokens: string[];
  readonly merges: (readonly [number, number])[];
}

/** What `MergeLearner` starts from. */
export interface MergeLearnerOptions {
  /** The tokens that are there before the first merge, by id. */
  readonly tokens: readonly string[];
  /** How many of them, the first ones, are special: what is learned is never one of them. Default 0. */
  readonly specialCount?: number;
  /** The least count of a pair that is merged; at least 1. */
  readonly minFrequency: number;
  /** Taken off the right part before it is joined to the left one. Default none. */
  readonly continuingPrefix?: string | undefined;
  /** Up to how many cells all pairs are watched. Above it rare pairs are left aside until their turn comes. */
  readonly watchedCells?: number | undefined;
}

const none = /* @__PURE__ */ new Int32Array(0);
const blockShift = 4;
const defaultWatchedCells = 1 << 21;
// Of the most frequent pair's count: pairs below this share of it wait unseen until the others are merged.
const watchedShare = 1 / 32;

/**
 * Learns byte pair merges from counted words: again and again the most frequent pair of neighbours becomes one token;
 * ties go to the smaller pair of ids. Counts are kept up to date place by place, so a merge costs as much as the places
 * that it changes.
 *
 * Source: Sennrich et al. 2016, "Neural machine translation of rare words with subword units", algorithm 1; equal to
 * `BpeTrainer` of huggingface/tokenizers, its bookkeeping included: a merged pair keeps its count, and a token that can
 * be made in two ways has one id. On large corpora only frequent pairs are watched; when none is left the words are
 * counted anew, so memory stays near that of the words.
 *
 * A token's first cell holds its id. Where it has several cells, the second and the last hold the number of cells,
 * negated; those between hold some negative number.
 */
export class MergeLearner {
  private readonly tokens: string[];
  private readonly idOfToken: Map<string, number>;
  private readonly prefix: string;
  private readonly minFrequency: number;
  // Below this no pair is ever watched.
  private readonly floor: number;
  // Numbered by the pair: a pair that is merged again takes its later place.
  private readonly merged = new Map<number, readonly [number, number]>();
  private readonly cells: Int32Array;
  private readonly starts: Int32Array;
  private readonly frequencies: Float64Array;
  private readonly wordOfBlock: Int32Array;
  private threshold: number;
  private pairs = new PairTable();
  private counts: Float64Array = new Float64Array(1024);
  // Pairs that have gained places after the step that made them: their words are searched as a whole.
  private regained = new Set<number>();
  private heap = new PairHeap();
  private readonly before = new Neighbours();
  private readonly after = new Neighbours();

  constructor({ cells, starts, frequencies }: SymbolWords, options: MergeLearnerOptions) {
    this.cells = cells;
    this.starts = starts;
    this.frequencies = frequencies;
    this.tokens = [...options.tokens];
    const { specialCount = 0 } = options;
    this.idOfToken = new Map(this.tokens.slice(specialCount).map((token, i) => [token, specialCount + i]));
    this.prefix = options.continuingPrefix ?? '';
    this.minFrequency = Math.max(1, options.minFrequency);
    const watchesAll = cells.length <= (options.watchedCells ?? defaultWatchedCells);
    this.floor = watchesAll ? 1 : this.minFrequency;
    this.threshold = watchesAll ? 1 : Infinity;
    this.wordOfBlock = new Int32Array((cells.length >> blockShift) + 1);
    for (let block = 0, word = 0; block < this.wordOfBlock.length; block++) {
      while (word + 2 < starts.length && starts[word + 1]! <= block << blockShift) word++;
      this.wordOfBlock[block] = word;
    }
    this.countAnew(watchesAll ? 1 : undefined);
  }

  /** The number of tokens so far. */
  get size(): number {
    return this.tokens.length;
  }

  /** Learns until the vocabulary has `vocabSize` tokens or no pair is left; yields its size after each merge. */
  *learn(vocabSize: number): Generator<number, LearnedMerges, void> {
    while (this.tokens.length < vocabSize) {
      const top = this.heap.pop();
      if (top === undefined || top.count < this.threshold) {
        if (this.threshold <= this.floor) break;
        this.countAnew();
        continue;
      }
      const count = this.counts[top.index]!;
      if (count !== top.count) {
        // Other merges have used up some of its places since it was queued.
        top.count = count;
        this.heap.push(top);
        continue;
      }
      if (count < this.minFrequency) break;
      this.merge(top);
      yield this.tokens.length;
    }
    return { tokens: this.tokens, merges: [...this.merged.values()] };
  }

  private tokenFor(left: number, right: number): number {
    const end = this.tokens[right]!;
    const text = this.tokens[left]! + (end.startsWith(this.prefix) ? end.slice(this.prefix.length) : end);
    const known = this.idOfToken.get(text);
    if (known !== undefined) return known;
    this.idOfToken.set(text, this.tokens.length);
    return this.tokens.push(text) - 1;
  }

  private merge({ index, left, right, places, start, end }: PairCandidate): void {
    const known = this.tokens.length;
    const token = this.tokenFor(left, right);
    const isNew = token === known;
    this.merged.delete(index);
    this.merged.set(index, [left, right]);
    if (this.regained.has(index)) {
      for (let i = start; i < end; i++) this.mergeInWord(this.wordAt(places[i]!), left, right, token);
    } else {
      for (let i = start; i < end; i++) {
        const place = places[i]!;
        if (this.cells[place] === left) this.mergeAt(place, left, right, token, this.frequencies[this.wordAt(place)]!);
      }
    }
    this.countChanges(left, right, token, isNew);
    // Pairs with a token that was there before may have been left aside: only counting all of them tells.
    if (!isNew && this.threshold > 1) this.countAnew(this.threshold);
  }

  private wordAt(place: number): number {
    let word = this.wordOfBlock[place >> blockShift]!;
    while (this.starts[word + 1]! <= place) word++;
    return word;
  }

  private mergeInWord(word: number, left: number, right: number, token: number): void {
    const end = this.starts[word + 1]!;
    for (let place = this.starts[word]!; place < end; place++) {
      if (this.cells[place] === left) this.mergeAt(place, left, right, token, this.frequencies[word]!);
    }
  }

  /** Merges the pair that starts at `place`, where it is still there. */
  private mergeAt(place: number, left: number, right: number, token: number, weight: number): void {
    const { cells } = this;
    const second = cells[place + 1]!;
    const rightPlace = second < 0 ? place - second : place + 1;
    if (cells[rightPlace] !== right) return;
    const afterRight = cells[rightPlace + 1]!;
    const end = afterRight < 0 ? rightPlace - afterRight : rightPlace + 1;
    cells[rightPlace] = -1;
    cells[place] = token;
    cells[place + 1] = place - end;
    cells[end - 1] = place - end;
    const last = cells[place - 1]!;
    if (last !== wordBorder) {
      const beforePlace = last < 0 ? place + last : place - 1;
      this.before.add(cells[beforePlace]!, beforePlace, weight);
    }
    const next = cells[end]!;
    if (next !== wordBorder) this.after.add(next, place, weight);
  }

  /** Moves the counts of `(before, left)` to `(before, token)` and of `(right, after)` to `(token, after)`. */
  private countChanges(left: number, right: number, token: number, isNew: boolean): void {
    const { before, after } = this;
    const made: PairCandidate[] = [];
    let total = 0;
    const gain = (side: Neighbours, neighbour: number, first: number, second: number): void => {
      const weight = side.weight(neighbour);
      let index = this.pairs.indexOf(first, second);
      if (index < 0) {
        if (weight < this.threshold) return;
        index = this.pairs.add(first, second);
        this.counts = grown(this.counts, this.pairs.size);
        this.counts[index] = weight;
        if (!isNew) this.regained.add(index);
      } else {
        this.counts[index]! += weight;
        this.regained.add(index);
      }
      const start = total;
      total += side.number(neighbour);
      side.keepPlaces(neighbour, start);
      made.push({ index, left: first, right: second, count: 0, places: none, start, end: total });
    };
    for (const neighbour of before.distinct) gain(before, neighbour, neighbour, token);
    for (const neighbour of after.distinct) gain(after, neighbour, token, neighbour);
    for (const neighbour of before.distinct) this.lose(neighbour, left, before.weight(neighbour));
    for (const neighbour of after.distinct) this.lose(right, neighbour, after.weight(neighbour));
    const places = new Int32Array(total);
    before.writePlaces(places);
    after.writePlaces(places);
    for (const candidate of made) {
      const count = this.counts[candidate.index]!;
      if (count > 0) this.heap.push({ ...candidate, count, places });
    }
    before.clear();
    after.clear();
  }

  private lose(left: number, right: number, weight: number): void {
    const index = this.pairs.indexOf(left, right);
    if (index >= 0) this.counts[index]! -= weight;
  }

  /**
   * Counts all pairs again and watches those that occur at least `threshold` times; by default a share of the most
   * frequent one's count. Pairs that were merged keep the counts that they had.
   */
  private countAnew(threshold?: number): void {
    this.heap = new PairHeap();
    this.regained.clear();
    const all = new PairTable();
    let counts = new Float64Array(1024);
    let numbers = new Int32Array(1024);
    const merged = [...this.merged];
    this.merged.clear();
    for (const [old, pair] of merged) {
      const index = all.add(...pair);
      counts = grown(counts, index + 1);
      counts[index] = this.counts[old]!;
      this.merged.set(index, pair);
    }
    this.pairs = new PairTable();
    this.forEachPair((left, right, _place, word) => {
      const index = all.add(left, right);
      if (index >= numbers.length || index >= counts.length) {
        counts = grown(counts, index + 1);
        numbers = grown(numbers, index + 1);
      }
      numbers[index]!++;
      if (index >= merged.length) counts[index]! += this.frequencies[word]!;
    });
    if (threshold === undefined) {
      let most = 0;
      for (let i = merged.length; i < all.size; i++) most = Math.max(most, counts[i]!);
      this.threshold = Math.max(this.floor, Math.floor(most * watchedShare));
    }
    this.watch(all, counts, numbers, merged.length);
  }

  /** Keeps the merged pairs, which come first, and the frequent ones, and queues the latter with their places. */
  private watch(all: PairTable, counts: Float64Array, numbers: Int32Array, mergedCount: number): void {
    const cursors = new Int32Array(all.size);
    const made: PairCandidate[] = [];
    let total = 0;
    for (let i = 0; i < all.size; i++) {
      const isWatched = counts[i]! >= this.threshold && numbers[i]! > 0;
      if (i >= mergedCount && !isWatched) continue;
      const [left, right, count] = [all.left(i), all.right(i), counts[i]!];
      const index = this.pairs.add(left, right);
      this.counts = grown(this.counts, index + 1);
      this.counts[index] = count;
      if (!isWatched) continue;
      const start = total;
      total += numbers[i]!;
      cursors[i] = start + 1;
      made.push({ index, left, right, count, places: none, start, end: total });
    }
    const places = new Int32Array(total);
    this.forEachPair((left, right, place) => {
      const index = all.indexOf(left, right);
      if (cursors[index] !== 0) places[cursors[index]!++ - 1] = place;
    });
    for (const candidate of made) this.heap.push({ ...candidate, places });
  }

  private forEachPair(visit: (left: number, right: number, place: number, word: number) => void): void {
    const { cells } = this;
    let word = -1;
    for (let place = 0; place < cells.length;) {
      const token = cells[place]!;
      const second = cells[place + 1]!;
      const next = second < 0 ? place - second : place + 1;
      if (token === wordBorder) word++;
      else if (cells[next] !== wordBorder) visit(token, cells[next]!, place, word);
      place = next;
    }
  }
}
