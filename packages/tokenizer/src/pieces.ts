import { sharedFloat64, sharedInt32 } from './shared-memory.ts';

/**
 * The pieces of a Unigram model while it is trained, numbered 1, 2, 3, ... in the order of their characters, so that a
 * piece comes before those that it begins. All threads see them.
 */
export interface Pieces {
  /** Two numbers for each piece: the longest other piece that it begins with, or 0, and its length in characters. */
  readonly links: Int32Array;
  /** Where in the words each piece is, once. */
  readonly places: Int32Array;
  /** The log probability of each. A character that is no piece any more stays, as an unknown one, for the words' sake. */
  readonly scores: Float64Array;
}

/** Room for pieces with numbers below `end`. */
export function emptyPieces(end: number): Pieces {
  return { links: sharedInt32(2 * end), places: sharedInt32(end), scores: sharedFloat64(end) };
}

/** Pieces that are left of others, with what became of each. */
export interface FewerPieces {
  readonly pieces: Pieces;
  /** By former number: the number of the piece, or of the longest piece left that it begins with. */
  readonly renumbering: Int32Array;
}

/** Leaves out all pieces but the characters and those whose `isKept` is not 0. */
export function fewerPieces(pieces: Pieces, isKept: Uint8Array): FewerPieces {
  const { links, places, scores } = pieces;
  const renumbering = sharedInt32(scores.length);
  let end = 1;
  for (let id = 1; id < scores.length; id++) {
    renumbering[id] = links[2 * id + 1] === 1 || isKept[id] !== 0 ? end++ : renumbering[links[2 * id]!]!;
  }
  const fewer = emptyPieces(end);
  for (let id = scores.length - 1; id > 0; id--) {
    // The last to write a number is the piece itself: those that begin with it come after it.
    const number = renumbering[id]!;
    fewer.links[2 * number] = renumbering[links[2 * id]!]!;
    fewer.links[2 * number + 1] = links[2 * id + 1]!;
    fewer.places[number] = places[id]!;
    fewer.scores[number] = scores[id]!;
  }
  return { pieces: fewer, renumbering };
}
