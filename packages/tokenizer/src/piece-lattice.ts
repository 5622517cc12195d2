import { grown } from './grow.ts';
import { PieceTrie } from './piece-trie.ts';
import type { Pieces } from './pieces.ts';

const unknownPenalty = 10;
// Below it products of probabilities are too near to the end of float64, and sums are taken in logarithms.
const leastProbability = 1e-280;

/** All ways to cut a word into pieces. One object serves word after word. */
export class PieceLattice {
  private readonly trie: PieceTrie;
  // By piece: log probability and probability; piece 0 is the unknown one.
  private readonly scores: Float64Array;
  private readonly probabilities: Float64Array;
  private length = 0;
  // Arcs in the order of their beginnings: where each ends and its piece. Those that begin at `i` end before `arcEnds[i]`.
  private ends: Int32Array = new Int32Array(256);
  private ids: Int32Array = new Int32Array(256);
  private arcEnds: Int32Array = new Int32Array(64);
  private forward: Float64Array = new Float64Array(64);
  private backward: Float64Array = new Float64Array(64);
  private bestArc: Int32Array = new Int32Array(64);
  private path: Int32Array = new Int32Array(64);

  constructor(pieces: Pieces) {
    this.trie = new PieceTrie(pieces);
    this.scores = pieces.scores.slice();
    let least = Infinity;
    for (let id = 1; id < this.scores.length; id++) least = Math.min(least, this.scores[id]!);
    this.scores[0] = least - unknownPenalty;
    this.probabilities = this.scores.map(Math.exp);
  }

  /** Finds the pieces within the word that starts at `start` and ends before `end`. */
  read(cells: Int32Array, start: number, end: number): void {
    const { trie } = this;
    const length = end - start;
    this.length = length;
    if (length >= this.arcEnds.length) {
      this.arcEnds = grown(this.arcEnds, length + 1);
      this.forward = grown(this.forward, length + 1);
      this.backward = grown(this.backward, length + 1);
      this.bestArc = grown(this.bestArc, length + 1);
      this.path = grown(this.path, length + 1);
    }
    const { arcEnds } = this;
    let arcs = 0;
    for (let begin = start; begin < end; begin++) {
      // A character that is no piece is an unknown one, an arc of piece 0.
      this.addArc(arcs, begin + 1 - start, 0);
      let next = arcs + 1;
      let node = 0;
      for (let at = begin; at < end; at++) {
        const edge = trie.step(node, cells[at]!);
        if (edge < 0) break;
        node = trie.edges[edge + 2]!;
        const id = trie.edges[edge + 3]!;
        if (id === 0) continue;
        if (at === begin) this.ids[arcs] = id;
        else this.addArc(next++, at + 1 - start, id);
      }
      arcs = next;
      arcEnds[begin - start] = arcs;
    }
  }

  private addArc(arc: number, end: number, id: number): void {
    if (arc === this.ids.length) {
      this.ends = grown(this.ends, arc + 1);
      this.ids = grown(this.ids, arc + 1);
    }
    this.ends[arc] = end;
    this.ids[arc] = id;
  }

  /** Adds to `expected` how often each piece is used, summed over all ways with their probabilities, times `weight`. */
  addExpected(weight: number, expected: Float64Array): void {
    const { forward, backward, ends, ids, arcEnds, probabilities, length } = this;
    forward.fill(0, 0, length + 1);
    forward[0] = 1;
    // Arcs come in the order of their beginnings, so sums are complete where they are read.
    for (let begin = 0, arc = 0; begin < length; begin++) {
      const before = forward[begin]!;
      for (const arcEnd = arcEnds[begin]!; arc < arcEnd; arc++) {
        forward[ends[arc]!]! += before * probabilities[ids[arc]!]!;
      }
    }
    const all = forward[length]!;
    if (!(all > leastProbability)) {
      this.addExpectedByLogs(weight, expected);
      return;
    }
    backward[length] = 1;
    for (let begin = length - 1; begin >= 0; begin--) {
      const before = (weight * forward[begin]!) / all;
      let sum = 0;
      for (let arc = begin === 0 ? 0 : arcEnds[begin - 1]!; arc < arcEnds[begin]!; arc++) {
        const after = probabilities[ids[arc]!]! * backward[ends[arc]!]!;
        sum += after;
        expected[ids[arc]!]! += before * after;
      }
      backward[begin] = sum;
    }
  }

  private addExpectedByLogs(weight: number, expected: Float64Array): void {
    const { forward, backward, ends, ids, arcEnds, scores, length } = this;
    forward.fill(-Infinity, 0, length + 1);
    backward.fill(-Infinity, 0, length + 1);
    forward[0] = 0;
    backward[length] = 0;
    for (let begin = 0, arc = 0; begin < length; begin++) {
      for (; arc < arcEnds[begin]!; arc++) {
        forward[ends[arc]!] = logSum(forward[ends[arc]!]!, forward[begin]! + scores[ids[arc]!]!);
      }
    }
    for (let begin = length - 1; begin >= 0; begin--) {
      for (let arc = begin === 0 ? 0 : arcEnds[begin - 1]!; arc < arcEnds[begin]!; arc++) {
        const after = scores[ids[arc]!]! + backward[ends[arc]!]!;
        backward[begin] = logSum(backward[begin]!, after);
        expected[ids[arc]!]! += weight * Math.exp(forward[begin]! + after - forward[length]!);
      }
    }
  }

  /**
   * The most probable way.
   *
   * @param without a piece that must not be used
   * @returns the ids of its pieces, a view until the next call; empty where there is no way
   */
  best(without = -1): Int32Array {
    const { forward, bestArc, ends, ids, arcEnds, scores, length } = this;
    forward.fill(-Infinity, 0, length + 1);
    bestArc.fill(-1, 0, length + 1);
    forward[0] = 0;
    // Until the way is followed back, `backward` has where each best arc begins.
    const begins = this.backward;
    for (let begin = 0, arc = 0; begin < length; begin++) {
      const before = forward[begin]!;
      for (; arc < arcEnds[begin]!; arc++) {
        if (ids[arc] === without) continue;
        const score = before + scores[ids[arc]!]!;
        const end = ends[arc]!;
        if (score > forward[end]!) {
          forward[end] = score;
          bestArc[end] = arc;
          begins[end] = begin;
        }
      }
    }
    let at = this.path.length;
    for (let end = length; end > 0; end = begins[end]!) {
      const arc = bestArc[end]!;
      if (arc < 0) return this.path.subarray(0, 0);
      this.path[--at] = ids[arc]!;
    }
    return this.path.subarray(at);
  }
}

function logSum(a: number, b: number): number {
  const high = a > b ? a : b;
  const low = a > b ? b : a;
  if (high > low + 50 || low === -Infinity) return high;
  return high + Math.log1p(Math.exp(low - high));
}
