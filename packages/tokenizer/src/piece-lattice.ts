import { PairTable } from './pair-table.ts';
import { grown } from './grow.ts';
import type { Pieces } from './pieces.ts';

const unknownPenalty = 10;

/** All ways to cut a word into pieces. One object serves word after word. */
export class PieceLattice {
  private readonly pieces: Pieces;
  // A node of the trie is 1 + the number of the pair (parent, symbol); the root is 0.
  private readonly trie = new PairTable();
  private readonly pieceOfNode: Int32Array;
  private readonly unknownScore: number;
  private length = 0;
  private arcs = 0;
  private begins: Int32Array = new Int32Array(256);
  private ends: Int32Array = new Int32Array(256);
  private ids: Int32Array = new Int32Array(256);
  private forward: Float64Array = new Float64Array(64);
  private backward: Float64Array = new Float64Array(64);
  private bestArc: Int32Array = new Int32Array(64);
  private path: Int32Array = new Int32Array(64);

  constructor(pieces: Pieces) {
    this.pieces = pieces;
    const { symbols, starts, scores } = pieces;
    let pieceOfNode = new Int32Array(1024);
    let least = Infinity;
    for (let id = 1; id < scores.length; id++) {
      let node = 0;
      for (let i = starts[id]!; i < starts[id + 1]!; i++) node = this.trie.add(node, symbols[i]!) + 1;
      pieceOfNode = grown(pieceOfNode, node + 1);
      pieceOfNode[node] = id;
      least = Math.min(least, scores[id]!);
    }
    this.pieceOfNode = grown(pieceOfNode, this.trie.size + 1);
    this.unknownScore = least - unknownPenalty;
  }

  /** Finds the pieces within the word that starts at `start` and ends before `end`. */
  read(cells: Int32Array, start: number, end: number): void {
    this.length = end - start;
    this.arcs = 0;
    for (let begin = start; begin < end; begin++) {
      let hasSingle = false;
      for (let at = begin, node = 0; at < end; at++) {
        node = this.trie.indexOf(node, cells[at]!) + 1;
        if (node === 0) break;
        const id = this.pieceOfNode[node]!;
        if (id === 0) continue;
        if (at === begin) hasSingle = true;
        this.addArc(begin - start, at + 1 - start, id);
      }
      if (!hasSingle) this.addArc(begin - start, begin + 1 - start, 0);
    }
    this.forward = grown(this.forward, this.length + 1);
    this.backward = grown(this.backward, this.length + 1);
    this.bestArc = grown(this.bestArc, this.length + 1);
    this.path = grown(this.path, this.length + 1);
  }

  private addArc(begin: number, end: number, id: number): void {
    if (this.arcs === this.ids.length) {
      this.begins = grown(this.begins, this.arcs + 1);
      this.ends = grown(this.ends, this.arcs + 1);
      this.ids = grown(this.ids, this.arcs + 1);
    }
    this.begins[this.arcs] = begin;
    this.ends[this.arcs] = end;
    this.ids[this.arcs++] = id;
  }

  private scoreOf(arc: number): number {
    const id = this.ids[arc]!;
    return id === 0 ? this.unknownScore : this.pieces.scores[id]!;
  }

  /** Adds to `expected` how often each piece is used, summed over all ways with their probabilities, times `weight`. */
  addExpected(weight: number, expected: Float64Array): void {
    const { forward, backward, begins, ends, ids, arcs, length } = this;
    forward.fill(-Infinity, 0, length + 1);
    backward.fill(-Infinity, 0, length + 1);
    forward[0] = 0;
    backward[length] = 0;
    // Arcs come in the order of their beginnings, so both sums are complete where they are read.
    for (let arc = 0; arc < arcs; arc++) {
      forward[ends[arc]!] = logSum(forward[ends[arc]!]!, forward[begins[arc]!]! + this.scoreOf(arc));
    }
    for (let arc = arcs - 1; arc >= 0; arc--) {
      backward[begins[arc]!] = logSum(backward[begins[arc]!]!, backward[ends[arc]!]! + this.scoreOf(arc));
    }
    const all = forward[length]!;
    for (let arc = 0; arc < arcs; arc++) {
      const logProbability = forward[begins[arc]!]! + this.scoreOf(arc) + backward[ends[arc]!]! - all;
      expected[ids[arc]!]! += weight * Math.exp(logProbability);
    }
  }

  /**
   * The most probable way.
   *
   * @param without a piece that must not be used
   * @returns the ids of its pieces, a view until the next call; empty where there is no way
   */
  best(without = -1): Int32Array {
    const { forward, bestArc, begins, ends, ids, arcs, length } = this;
    forward.fill(-Infinity, 0, length + 1);
    bestArc.fill(-1, 0, length + 1);
    forward[0] = 0;
    for (let arc = 0; arc < arcs; arc++) {
      if (ids[arc] === without) continue;
      const score = forward[begins[arc]!]! + this.scoreOf(arc);
      const end = ends[arc]!;
      if (score > forward[end]!) {
        forward[end] = score;
        bestArc[end] = arc;
      }
    }
    let at = this.path.length;
    for (let end = length; end > 0;) {
      const arc = bestArc[end]!;
      if (arc < 0) return this.path.subarray(0, 0);
      this.path[--at] = ids[arc]!;
      end = begins[arc]!;
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
