import { PieceLattice } from './piece-lattice.ts';
import type { Pieces } from './pieces.ts';

const piecesPerBlock = 1 << 12;

/** The words that a Unigram model is learned from; all threads see them. */
export interface LatticeWords {
  /** For each character the number of the longest piece that starts there. */
  readonly longest: Int32Array;
  /** Where each word starts; a word ends one before the next starts. One more entry for the end. */
  readonly starts: Int32Array;
  readonly frequencies: Float64Array;
  /** Words that one thread takes at once: the first of each block; one more entry for the end. */
  readonly blocks: Int32Array;
  /** The number of characters of the corpus. */
  readonly characterCount: number;
  /** The number of words of the corpus. */
  readonly wordCount: number;
}

/** What the rounds of a Unigram model have in common. */
interface UnigramRound {
  readonly words: LatticeWords;
  readonly pieces: Pieces;
  /** The next block that is free: threads take them as they come. */
  readonly nextBlock: Int32Array;
}

/**
 * Sums up for each piece how often it is `expected` in all ways to cut the words, or how often it is `used` in the best
 * ones.
 */
export interface SumUses extends UnigramRound {
  readonly kind: 'expected' | 'used';
  /** New numbers for the pieces in `words.longest`. */
  readonly renumbering: Int32Array | undefined;
}

/** Finds for each piece what its loss would cost. */
export interface FindLosses extends UnigramRound {
  readonly kind: 'loss';
  /** Pieces without characters that are none any more. */
  readonly pieceCount: number;
  /** How often each piece is used. */
  readonly used: Float64Array;
  readonly usedTotal: number;
  /** Receives the cost: Infinity where the piece must stay, NaN where it is not used. */
  readonly losses: Float64Array;
}

/** One round over all words or all pieces. */
export type UnigramJob = SumUses | FindLosses;

/**
 * Works on a job, block by block, until none is left; yields after each.
 *
 * @param sums of this thread's blocks are added here
 */
export function* workOnUnigram(job: UnigramJob, sums: Float64Array): Generator<void, void, void> {
  const { words, pieces, nextBlock } = job;
  const lattice = new PieceLattice(words.longest, pieces, words.characterCount);
  const blockCount = job.kind === 'loss' ? Math.ceil(pieces.scores.length / piecesPerBlock) : words.blocks.length - 1;
  for (;;) {
    const block = Atomics.add(nextBlock, 0, 1);
    if (block >= blockCount) return;
    if (job.kind === 'loss') findLosses(job, lattice, block);
    else sumUp(job, lattice, block, sums);
    yield;
  }
}

function sumUp({ kind, words, renumbering }: SumUses, lattice: PieceLattice, block: number, sums: Float64Array): void {
  const { longest, starts, frequencies, blocks } = words;
  for (let word = blocks[block]!; word < blocks[block + 1]!; word++) {
    const start = starts[word]!;
    const end = starts[word + 1]! - 1;
    if (renumbering !== undefined) for (let at = start; at < end; at++) longest[at] = renumbering[longest[at]!]!;
    if (kind === 'expected') lattice.addExpected(start, end, frequencies[word]!, sums);
    else for (const id of lattice.best(start, end)) sums[id]! += frequencies[word]!;
  }
}

function findLosses(job: FindLosses, lattice: PieceLattice, block: number): void {
  const { pieces, pieceCount, used, usedTotal, losses } = job;
  const { links, places, scores } = pieces;
  const end = Math.min(scores.length, (block + 1) * piecesPerBlock);
  for (let id = Math.max(1, block * piecesPerBlock); id < end; id++) {
    const length = links[2 * id + 1]!;
    losses[id] = length === 1 ? Infinity : NaN;
    if (length === 1 || used[id] === 0) continue;
    const way = lattice.best(places[id]!, places[id]! + length, id);
    if (lattice.bestScore > scores[id]!) {
      losses[id] = Infinity;
      continue;
    }
    // The reference counts all pieces here, not those of the alternative; equality with it decides.
    const logSum = Math.log(usedTotal + used[id]! * pieceCount);
    let score = 0;
    for (const other of way) score += Math.log(used[other]! + used[id]!) - logSum;
    losses[id] = (used[id]! / job.words.wordCount) * (Math.log(used[id]!) - Math.log(usedTotal) - score);
  }
}
