import { fewerPieces, type Pieces } from './pieces.ts';
import { seedPieces } from './seed-pieces.ts';
import { sharedFloat64, sharedInt32 } from './shared-memory.ts';
import { characterWords, type SymbolWords } from './symbol-words.ts';
import type { LatticeWords } from './unigram-job.ts';
import { codePointCounts } from './training-alphabet.ts';
import { UnigramThreads } from './unigram-threads.ts';
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
  /** Most threads, this one included. */
  readonly threads: number;
}

const charactersPerBlock = 1 << 15;
const leastExpected = 0.5;
const unknownPenalty = 10;
const missingScoreStep = 0.0001;

/** The pieces left, with what the next round over the words must know. */
interface State {
  readonly pieces: Pieces;
  /** The pieces as the reference orders them, without characters that are pieces no more. */
  readonly order: Int32Array;
  readonly renumbering: Int32Array | undefined;
}

/**
 * Learns the pieces of a Unigram model and their log probabilities: starts from the substrings that are repeated most,
 * then alternately fits the probabilities by expectation maximization and drops the pieces whose loss costs least.
 *
 * Source: Kudo 2018, "Subword regularization", section 3.2; the steps and constants are those of `UnigramTrainer` of
 * huggingface/tokenizers. The same words always give the same pieces, whatever their order and the number of threads.
 */
export class UnigramLearner {
  private readonly options: UnigramLearnerOptions;
  private readonly shared: { readonly words: LatticeWords; readonly nextBlock: Int32Array };
  // By code point.
  private readonly occurrences: Float64Array;
  // From the start of learning to its end.
  private threads: UnigramThreads | undefined;

  constructor(counted: CountedWords, options: UnigramLearnerOptions) {
    this.options = options;
    const words = characterWords(counted, (codePoint) => codePoint);
    this.occurrences = codePointCounts(counted);
    this.shared = { words: latticeWords(words, this.occurrences), nextBlock: sharedInt32(1) };
  }

  /** The characters of the words, by code point. */
  get alphabet(): readonly string[] {
    const codePoints: number[] = [];
    this.occurrences.forEach((count, codePoint) => {
      if (count > 0) codePoints.push(codePoint);
    });
    return codePoints.map((codePoint) => String.fromCodePoint(codePoint));
  }

  /** Learns; yields how many pieces are left, several times for each of them. */
  async *learn(): AsyncGenerator<number, [string, number][], void> {
    const { vocabSize, iterations } = this.options;
    const enough = Math.floor((vocabSize * 11) / 10);
    this.threads = new UnigramThreads(this.shared.words.blocks.length > 2 ? this.options.threads : 1);
    try {
      let state: State = {
        ...(yield* seedPieces(this.shared.words, this.occurrences, this.options)),
        renumbering: undefined,
      };
      for (;;) {
        for (let i = 0; i < iterations; i++) state = yield* this.fit(state);
        if (state.order.length < enough) return this.finish(state);
        state = yield* this.prune(state, enough);
      }
    } finally {
      this.threads.end();
    }
  }

  /** One round of expectation and maximization; pieces that are hardly used go. */
  private async *fit(state: State): AsyncGenerator<number, State, void> {
    const expected = yield* this.threads!.run({ kind: 'expected', ...state, ...this.shared });
    const { pieces, order } = state;
    const kept = order.filter((id) => expected[id]! >= leastExpected);
    const logSum = digamma(kept.reduce((sum, id) => sum + expected[id]!, 0));
    for (const id of kept) pieces.scores[id] = digamma(expected[id]!) - logSum;
    return left(pieces, kept);
  }

  /** Drops pieces that are never on a best path, and those without which the text stays almost as probable. */
  private async *prune(state: State, enough: number): AsyncGenerator<number, State, void> {
    const { pieces, order } = state;
    const uses = yield* this.threads!.run({ kind: 'used', ...state, ...this.shared });
    const used = sharedFloat64(uses.length);
    const usedTotal = uses.reduce((sum, one) => sum + one, 0);
    // To the reference all characters that are no pieces are one.
    used.fill(usedTotal - order.reduce((sum, id) => sum + uses[id]!, 0));
    for (const id of order) used[id] = uses[id]!;
    const losses = sharedFloat64(used.length);
    yield* this.threads!.run({
      kind: 'loss',
      pieces,
      pieceCount: order.length,
      used,
      usedTotal,
      losses,
      ...this.shared,
    });
    const kept = order.filter((id) => losses[id] === Infinity).length;
    const size = Math.max(enough, Math.floor((order.length + 1) * this.options.shrinkingFactor));
    const byLoss = order
      .filter((id) => !Number.isNaN(losses[id]))
      // Equal ones stay in their order, those that must stay among them, whose difference is no number.
      .sort((a, b) => losses[b]! - losses[a]! || 0);
    return left(pieces, byLoss.subarray(0, Math.max(kept, size - 1)));
  }

  private finish({ pieces, order, renumbering }: State): [string, number][] {
    const { initialAlphabet, pieceCount } = this.options;
    const { longest } = this.shared.words;
    const { links, places, scores } = pieces;
    const { alphabet } = this;
    const characters = new Map<number, string>();
    for (let id = 1; id < scores.length; id++) {
      if (links[2 * id + 1] === 1) characters.set(id, alphabet[characters.size]!);
    }
    const characterAt = (place: number): string => {
      let id = renumbering![longest[place]!]!;
      while (links[2 * id] !== 0) id = links[2 * id]!;
      return characters.get(id)!;
    };
    const learned = new Map<string, number>();
    let least = 0;
    for (const id of order) {
      const text = Array.from({ length: links[2 * id + 1]! }, (_, i) => characterAt(places[id]! + i)).join('');
      learned.set(text, scores[id]!);
      least = Math.min(least, scores[id]!);
    }
    const result = new Map<string, number>();
    let missing = 0;
    for (const character of new Set([...alphabet, ...initialAlphabet].sort(byCodePoint))) {
      result.set(character, learned.get(character) ?? least + missingScoreStep * missing++);
    }
    for (const [text, score] of learned) {
      if (result.size >= pieceCount) break;
      result.set(text, score);
    }
    return [...result].sort((a, b) => b[1] - a[1]);
  }
}

/** The words in memory that threads share, cut into blocks; characters are still code points. */
function latticeWords({ cells, starts, frequencies }: SymbolWords, occurrences: Float64Array): LatticeWords {
  const shared = sharedFloat64(frequencies.length);
  shared.set(frequencies);
  const firsts: number[] = [];
  for (let word = 0; word < frequencies.length; word++) {
    const last = firsts.at(-1);
    if (last === undefined || starts[word]! - starts[last]! >= charactersPerBlock) firsts.push(word);
  }
  const blocks = sharedInt32(firsts.length + 1);
  blocks.set([...firsts, frequencies.length]);
  const sum = (numbers: Float64Array): number => numbers.reduce((total, one) => total + one, 0);
  return {
    longest: cells,
    starts,
    frequencies: shared,
    blocks,
    wordCount: sum(shared),
    characterCount: sum(occurrences),
  };
}

/** What is left when all pieces but those in `order` go. */
function left(all: Pieces, order: Int32Array): State {
  const isKept = new Uint8Array(all.scores.length);
  let least = 0;
  for (const id of order) {
    isKept[id] = 1;
    least = Math.min(least, all.scores[id]!);
  }
  for (let id = 1; id < isKept.length; id++) if (isKept[id] === 0) all.scores[id] = least - unknownPenalty;
  const { pieces, renumbering } = fewerPieces(all, isKept);
  return { pieces, renumbering, order: order.map((id) => renumbering[id]!) };
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
