import { grown } from './grow.ts';
import { PieceLattice } from './piece-lattice.ts';
import { PiecesBuilder, symbolsOf, type Pieces } from './pieces.ts';
import { repeatedSubstrings } from './repeated-substrings.ts';
import { characterWords } from './symbol-words.ts';
import type { CountedWords } from './word-counts.ts';

/** What the learning of a Unigram model needs to know. */
export interface UnigramLearnerOptions {
  /** Pieces to keep, special tokens not counted. */
  readonly pieceCount: number;
  /** The vocabulary's size, special tokens included: it decides how far pruning goes before the last cut. */
  readonly vocabSize: number;
  /** Characters that become pieces although no word has them. */
  readonly initialAlphabet: readonly string[];
  /** Most characters of a piece. */
  readonly maxPieceLength: number;
  /** Most pieces to start from. */
  readonly seedSize: number;
  /** The share of pieces that one pruning keeps. */
  readonly shrinkingFactor: number;
  /** Rounds of expectation and maximization between two prunings. */
  readonly iterations: number;
}

const wordsPerStep = 1 << 12;
const leastExpected = 0.5;
const missingScoreStep = 0.0001;

/**
 * Learns the pieces of a Unigram model and their log probabilities: starts from the substrings that are repeated most,
 * then alternately fits the probabilities by expectation maximization and drops the pieces whose loss costs least.
 *
 * Source: Kudo 2018, "Subword regularization", section 3.2; the steps and constants are those of `UnigramTrainer` of
 * huggingface/tokenizers. Words come in a fixed order here, so the same text always gives the same pieces.
 */
export class UnigramLearner {
  private readonly options: UnigramLearnerOptions;
  private readonly characters: string[];
  private readonly cells: Int32Array;
  private readonly starts: Int32Array;
  private readonly frequencies: Float64Array;
  private readonly totalFrequency: number;

  constructor(words: CountedWords, options: UnigramLearnerOptions) {
    this.options = options;
    const symbols = new Map<number, number>();
    const { cells, starts, frequencies } = characterWords(words, (codePoint) => {
      const symbol = symbols.get(codePoint) ?? symbols.size;
      if (symbol === symbols.size) symbols.set(codePoint, symbol);
      return symbol;
    });
    this.characters = [...symbols.keys()].map((codePoint) => String.fromCodePoint(codePoint));
    this.cells = cells;
    this.starts = starts;
    this.frequencies = frequencies;
    this.totalFrequency = frequencies.reduce((sum, frequency) => sum + frequency, 0);
  }

  /** The characters of the words. */
  get alphabet(): readonly string[] {
    return this.characters;
  }

  /** Learns; yields how many pieces are left, several times for each of them. */
  *learn(): Generator<number, [string, number][], void> {
    const { pieceCount, vocabSize, iterations } = this.options;
    const enough = Math.floor((vocabSize * 11) / 10);
    let pieces = yield* this.seed();
    for (;;) {
      for (let i = 0; i < iterations; i++) pieces = yield* this.fit(pieces);
      if (pieces.scores.length <= enough) break;
      pieces = yield* this.prune(pieces, enough);
    }
    return this.finish(pieces, pieceCount);
  }

  private *seed(): Generator<number, Pieces, void> {
    const { cells, starts, characters } = this;
    const counts = new Float64Array(characters.length);
    for (let word = 0, at = 1; word < starts.length - 1; word++) {
      const border = starts[word + 1]! - 1;
      for (; at < border; at++) counts[cells[at]!]! += this.frequencies[word]!;
      at++;
    }
    const found = {
      places: new Int32Array(1024),
      lengths: new Int32Array(1024),
      scores: new Float64Array(1024),
      size: 0,
    };
    const search = repeatedSubstrings(cells, this.options.maxPieceLength, (place, length, count) => {
      const needed = found.size + 1;
      found.places = grown(found.places, needed);
      found.lengths = grown(found.lengths, needed);
      found.scores = grown(found.scores, needed);
      found.places[found.size] = place;
      found.lengths[found.size] = length;
      found.scores[found.size++] = count * length;
    });
    for (const _ of search) yield characters.length + found.size;
    const { places, lengths, scores } = found;
    const order = best(scores.subarray(0, found.size), this.options.seedSize).sort(
      (a, b) => scores[b]! - scores[a]! || this.compare(places[b]!, lengths[b]!, places[a]!, lengths[a]!),
    );
    const singles = Array.from(characters.keys()).sort(
      (a, b) => counts[b]! - counts[a]! || characters[b]!.codePointAt(0)! - characters[a]!.codePointAt(0)!,
    );
    const builder = new PiecesBuilder();
    for (const symbol of singles) builder.add(Int32Array.of(symbol), counts[symbol]!);
    for (const i of order) {
      if (builder.size - 1 >= this.options.seedSize) break;
      builder.add(cells.subarray(places[i]!, places[i]! + lengths[i]!), scores[i]!);
    }
    const pieces = builder.build();
    const total = Math.log(pieces.scores.reduce((sum, score) => sum + (score > 0 ? score : 0), 0));
    for (let id = 1; id < pieces.scores.length; id++) pieces.scores[id] = Math.log(pieces.scores[id]!) - total;
    return pieces;
  }

  /** Orders two substrings by their characters. */
  private compare(placeA: number, lengthA: number, placeB: number, lengthB: number): number {
    const { cells, characters } = this;
    for (let i = 0; i < Math.min(lengthA, lengthB); i++) {
      const [a, b] = [cells[placeA + i]!, cells[placeB + i]!];
      if (a !== b) return characters[a]!.codePointAt(0)! - characters[b]!.codePointAt(0)!;
    }
    return lengthA - lengthB;
  }

  /** One round of expectation and maximization; pieces that are hardly used go. */
  private *fit(pieces: Pieces): Generator<number, Pieces, void> {
    const { cells, starts, frequencies } = this;
    const lattice = new PieceLattice(pieces);
    const expected = new Float64Array(pieces.scores.length);
    for (let word = 0; word < starts.length - 1; word++) {
      lattice.read(cells, starts[word]!, starts[word + 1]! - 1);
      lattice.addExpected(frequencies[word]!, expected);
      if (word % wordsPerStep === 0) yield pieces.scores.length;
    }
    const builder = new PiecesBuilder();
    let sum = 0;
    for (let id = 1; id < expected.length; id++) {
      if (expected[id]! < leastExpected) continue;
      sum += expected[id]!;
      builder.add(symbolsOf(pieces, id), expected[id]!);
    }
    const kept = builder.build();
    const logSum = digamma(sum);
    for (let id = 1; id < kept.scores.length; id++) kept.scores[id] = digamma(kept.scores[id]!) - logSum;
    return kept;
  }

  /** Drops pieces that are never on a best path, and those without which the text stays almost as probable. */
  private *prune(pieces: Pieces, enough: number): Generator<number, Pieces, void> {
    const { cells, starts, frequencies, totalFrequency } = this;
    const count = pieces.scores.length;
    const lattice = new PieceLattice(pieces);
    // The best way to write each piece without it, one after another; empty where there is none.
    let ways: Int32Array = new Int32Array(1024);
    const wayEnds = new Int32Array(count);
    const alwaysKept = new Uint8Array(count);
    for (let id = 1; id < count; id++) {
      lattice.read(pieces.symbols, pieces.starts[id]!, pieces.starts[id + 1]!);
      const wayStart = wayEnds[id - 1]!;
      wayEnds[id] = wayStart;
      if (lattice.best().length === 1) {
        alwaysKept[id] = 1;
        const way = lattice.best(id);
        wayEnds[id] = wayStart + way.length;
        ways = grown(ways, wayEnds[id]!);
        ways.set(way, wayStart);
      }
      if (id % wordsPerStep === 0) yield count;
    }
    const used = new Float64Array(count);
    for (let word = 0; word < starts.length - 1; word++) {
      lattice.read(cells, starts[word]!, starts[word + 1]! - 1);
      for (const id of lattice.best()) used[id]! += frequencies[word]!;
      if (word % wordsPerStep === 0) yield count;
    }
    const sum = used.reduce((total, one) => total + one, 0);
    const kept: number[] = [];
    const candidates: number[] = [];
    const losses = new Float64Array(count);
    for (let id = 1; id < count; id++) {
      const way = ways.subarray(wayEnds[id - 1], wayEnds[id]);
      if (used[id] === 0 && alwaysKept[id] === 0) continue;
      if (way.length === 0) kept.push(id);
      else if (used[id]! > 0) {
        // The reference counts all pieces here, not those of the alternative; equality with it decides.
        const logSum = Math.log(sum + used[id]! * (count - 1));
        let score = 0;
        for (const other of way) score += Math.log(used[other]! + used[id]!) - logSum;
        losses[id] = (used[id]! / totalFrequency) * (Math.log(used[id]!) - Math.log(sum) - score);
        candidates.push(id);
      }
    }
    const size = Math.max(enough, Math.floor(count * this.options.shrinkingFactor));
    candidates.sort((a, b) => losses[b]! - losses[a]!);
    const chosen = kept.concat(candidates.slice(0, Math.max(0, size - 1 - kept.length)));
    const builder = new PiecesBuilder();
    for (const id of chosen) builder.add(symbolsOf(pieces, id), pieces.scores[id]!);
    return builder.build();
  }

  private finish(pieces: Pieces, pieceCount: number): [string, number][] {
    const scores = new Map<string, number>();
    let least = Infinity;
    for (let id = 1; id < pieces.scores.length; id++) {
      const text = Array.from(symbolsOf(pieces, id), (symbol) => this.characters[symbol]!).join('');
      scores.set(text, pieces.scores[id]!);
      least = Math.min(least, pieces.scores[id]!);
    }
    const result = new Map<string, number>();
    let missing = 0;
    for (const character of new Set([...this.characters, ...this.options.initialAlphabet].sort(byCodePoint))) {
      result.set(character, scores.get(character) ?? least + missingScoreStep * missing++);
    }
    for (const [text, score] of scores) {
      if (result.size >= pieceCount) break;
      result.set(text, score);
    }
    return [...result].sort((a, b) => b[1] - a[1]);
  }
}

/** The places of the `count` highest scores, and of all that equal the last of them. */
function best(scores: Float64Array, count: number): Int32Array {
  const least = scores.length <= count ? -Infinity : scores.slice().sort()[scores.length - count]!;
  const places = new Int32Array(scores.length);
  let size = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i]! >= least) places[size++] = i;
  return places.subarray(0, size);
}

/** By code points, as the reference orders strings. */
function byCodePoint(a: string, b: string): number {
  return a.codePointAt(0)! - b.codePointAt(0)!;
}

/** The derivative of the logarithm of the gamma function; Source: `digamma` of huggingface/tokenizers. */
function digamma(value: number): number {
  let x = value;
  let result = 0;
  for (; x < 7; x++) result -= 1 / x;
  x -= 0.5;
  const square = 1 / (x * x);
  const fourth = square * square;
  const series = square / 24 - (7 / 960) * fourth + (31 / 8064) * fourth * square - (127 / 30720) * fourth * fourth;
  return result + Math.log(x) + series;
}
