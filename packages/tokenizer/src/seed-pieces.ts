import { BestSubstrings } from './best-substrings.ts';
import { emptyPieces, type Pieces } from './pieces.ts';
import { repeatedSubstrings } from './repeated-substrings.ts';
import type { LatticeWords } from './unigram-job.ts';

const wordsPerStep = 1 << 14;

/** What the learning of a Unigram model starts from. */
export interface SeedPieces {
  readonly pieces: Pieces;
  /** The pieces as the reference orders them: characters, then substrings, by their scores. */
  readonly order: Int32Array;
}

/**
 * Makes pieces of all characters and of the substrings that are repeated most. On the way each code point in the cells
 * becomes the number of the longest piece that starts there; borders stay. Yields how many substrings are found so far.
 *
 * @param words with code points in the place of pieces
 * @param occurrences how often each code point is in the text
 */
export function* seedPieces(
  { longest: cells, frequencies }: Pick<LatticeWords, 'longest' | 'frequencies'>,
  occurrences: Float64Array,
  { maxPieceLength, seedSize }: { readonly maxPieceLength: number; readonly seedSize: number },
): Generator<number, SeedPieces, void> {
  const places = new Int32Array(cells.length - frequencies.length - 1);
  const characterCount = occurrences.reduce((count, one) => count + (one > 0 ? 1 : 0), 0);
  const found = new BestSubstrings(Math.max(0, seedSize - characterCount));
  const search = repeatedSubstrings(cells, places, maxPieceLength, (start, length, count) => {
    found.add(start, length, count);
  });
  for (const _ of search) yield found.size;
  found.cut();
  const pieces = emptyPieces(found.size + 1);
  let total = 0;
  for (let i = 0; i < found.size; i++) {
    const place = places[found.starts[i]!]!;
    const score = found.lengths[i] === 1 ? occurrences[cells[place]!]! : found.score(i);
    pieces.scores[i + 1] = score;
    pieces.places[i + 1] = place;
    pieces.links[2 * i + 3] = found.lengths[i]!;
    total += score;
  }
  yield found.size;
  const { links, scores } = pieces;
  const rank = (id: number): number => (links[2 * id + 1] === 1 ? 0 : 1);
  const order = Int32Array.from(scores.keys())
    .subarray(1)
    .sort((a, b) => rank(a) - rank(b) || scores[b]! - scores[a]! || b - a);
  for (let id = 1; id < scores.length; id++) scores[id] = Math.log(scores[id]!) - Math.log(total);
  yield found.size;
  yield* nest(pieces, found, places, cells);
  return { pieces, order };
}

/** Finds the piece that each piece begins with, and puts into the cells the longest piece of each place. */
function* nest(
  { links }: Pieces,
  { starts, counts, size }: BestSubstrings,
  places: Int32Array,
  cells: Int32Array,
): Generator<number, void, void> {
  // Pieces whose places are not all seen yet, each within those of the one before.
  const open: number[] = [];
  let seen = 0;
  const seeUntil = (end: number): void => {
    for (; seen < end; seen++) cells[places[seen]!] = open.at(-1)!;
  };
  for (let i = 0; i <= size; i++) {
    const start = i < size ? starts[i]! : places.length;
    for (let inner = open.at(-1); inner !== undefined; inner = open.at(-1)) {
      const end = starts[inner - 1]! + counts[inner - 1]!;
      if (end > start) break;
      seeUntil(end);
      open.pop();
    }
    seeUntil(start);
    if (i === size) break;
    links[2 * i + 2] = open.at(-1) ?? 0;
    open.push(i + 1);
    if (i % wordsPerStep === 0) yield size;
  }
}
