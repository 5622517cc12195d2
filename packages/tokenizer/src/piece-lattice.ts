import { grown } from './grow.ts';
import type { Pieces } from './pieces.ts';

// Below it products of probabilities are too near to the end of float64, and sums are taken in logarithms.
const leastProbability = 1e-280;

/**
 * All ways to cut a word into pieces. A word is a range of `longest`, which has for each of its characters the longest
 * piece that starts there; the others that start there are those that this one begins with, along the links. One object
 * serves word after word.
 */
export class PieceLattice {
  private readonly longest: Int32Array;
  private readonly links: Int32Array;
  private readonly scores: Float64Array;
  private readonly probabilities: Float64Array;
  private readonly rounder: number;
  private forward: Float64Array = new Float64Array(64);
  private backward: Float64Array = new Float64Array(64);
  private bestPiece: Int32Array = new Int32Array(64);
  private path: Int32Array = new Int32Array(64);
  /** The log probability of the way that `best` found last. */
  bestScore = 0;

  /**
   * @param weights the sum of `weight` times the length over all calls of `addExpected` whose sums are to be added to
   *   each other
   */
  constructor(longest: Int32Array, { links, scores }: Pieces, weights: number) {
    this.longest = longest;
    this.links = links;
    this.scores = scores;
    this.probabilities = scores.map(Math.exp);
    // Added and taken off again it rounds a number to multiples of 2^-51 of a power of two that is above `weights`: sums
    // of such multiples are exact, so that they do not depend on the order in which words are added up.
    this.rounder = 3 * 2 ** Math.ceil(Math.log2(weights + 1));
  }

  private makeRoom(length: number): void {
    if (length < this.forward.length) return;
    this.forward = grown(this.forward, length + 1);
    this.backward = grown(this.backward, length + 1);
    this.bestPiece = grown(this.bestPiece, length + 1);
    this.path = grown(this.path, length + 1);
  }

  /**
   * Adds to `expected` how often each piece is used in the word from `start` to `end`, summed over all ways with their
   * probabilities, times `weight`.
   */
  addExpected(start: number, end: number, weight: number, expected: Float64Array): void {
    const { longest, links, probabilities, rounder } = this;
    const length = end - start;
    this.makeRoom(length);
    const { forward, backward } = this;
    forward.fill(0, 0, length + 1);
    forward[0] = 1;
    for (let begin = 0; begin < length; begin++) {
      const before = forward[begin]!;
      for (let id = longest[start + begin]!; id !== 0; id = links[2 * id]!) {
        forward[begin + links[2 * id + 1]!]! += before * probabilities[id]!;
      }
    }
    const all = forward[length]!;
    if (!(all > leastProbability)) {
      this.addExpectedByLogs(start, end, weight, expected);
      return;
    }
    backward[length] = 1;
    for (let begin = length - 1; begin >= 0; begin--) {
      const before = (weight * forward[begin]!) / all;
      let sum = 0;
      for (let id = longest[start + begin]!; id !== 0; id = links[2 * id]!) {
        const after = probabilities[id]! * backward[begin + links[2 * id + 1]!]!;
        sum += after;
        expected[id]! += before * after + rounder - rounder;
      }
      backward[begin] = sum;
    }
  }

  private addExpectedByLogs(start: number, end: number, weight: number, expected: Float64Array): void {
    const { longest, links, scores, rounder, forward, backward } = this;
    const length = end - start;
    forward.fill(-Infinity, 0, length + 1);
    forward[0] = 0;
    for (let begin = 0; begin < length; begin++) {
      for (let id = longest[start + begin]!; id !== 0; id = links[2 * id]!) {
        const after = begin + links[2 * id + 1]!;
        forward[after] = logSum(forward[after]!, forward[begin]! + scores[id]!);
      }
    }
    backward[length] = 0;
    for (let begin = length - 1; begin >= 0; begin--) {
      let sum = -Infinity;
      for (let id = longest[start + begin]!; id !== 0; id = links[2 * id]!) {
        const after = scores[id]! + backward[begin + links[2 * id + 1]!]!;
        sum = logSum(sum, after);
        expected[id]! += weight * Math.exp(forward[begin]! + after - forward[length]!) + rounder - rounder;
      }
      backward[begin] = sum;
    }
  }

  /**
   * The most probable way to cut the characters from `start` to `end`, which may be a part of a word.
   *
   * @param without a piece that must not be used
   * @returns the ids of its pieces, a view until the next call; empty where there is no way
   */
  best(start: number, end: number, without = -1): Int32Array {
    const { longest, links, scores } = this;
    const length = end - start;
    this.makeRoom(length);
    const { forward, bestPiece, path } = this;
    forward.fill(-Infinity, 0, length + 1);
    bestPiece.fill(0, 0, length + 1);
    forward[0] = 0;
    for (let begin = 0; begin < length; begin++) {
      const before = forward[begin]!;
      for (let id = longest[start + begin]!; id !== 0; id = links[2 * id]!) {
        const after = begin + links[2 * id + 1]!;
        if (after > length || id === without) continue;
        const score = before + scores[id]!;
        if (score > forward[after]!) {
          forward[after] = score;
          bestPiece[after] = id;
        }
      }
    }
    this.bestScore = forward[length]!;
    let at = path.length;
    for (let after = length; after > 0; after -= links[2 * bestPiece[after]! + 1]!) {
      if (bestPiece[after] === 0) return path.subarray(0, 0);
      path[--at] = bestPiece[after]!;
    }
    return path.subarray(at);
  }
}

function logSum(a: number, b: number): number {
  const high = a > b ? a : b;
  const low = a > b ? b : a;
  if (high > low + 50 || low === -Infinity) return high;
  return high + Math.log1p(Math.exp(low - high));
}
