import { grown } from './grow.ts';

/**
 * Keeps the substrings with the highest scores, a score being the number of places times the length: among equal ones
 * those that come last. Single symbols are kept besides. Holds at most about twice as many as asked for.
 */
export class BestSubstrings {
  /** The number of substrings held. */
  size = 0;
  /** Where the places of each start. */
  starts: Int32Array = new Int32Array(1024);
  lengths: Int32Array = new Int32Array(1024);
  counts: Int32Array = new Int32Array(1024);
  private readonly most: number;
  private least = 0;
  private full: number;

  /** @param most substrings of two or more symbols to keep */
  constructor(most: number) {
    this.most = most;
    this.full = 2 * most + 1024;
  }

  /** The score of a substring that is held. */
  score(i: number): number {
    return this.counts[i]! * this.lengths[i]!;
  }

  add(start: number, length: number, count: number): void {
    if (length > 1 && count * length < this.least) return;
    if (this.size === this.full) {
      this.cut();
      this.full = this.size + this.most + 1024;
    }
    const needed = this.size + 1;
    this.starts = grown(this.starts, needed);
    this.lengths = grown(this.lengths, needed);
    this.counts = grown(this.counts, needed);
    this.starts[this.size] = start;
    this.lengths[this.size] = length;
    this.counts[this.size++] = count;
  }

  /** Leaves those to keep, in the order of their adding. */
  cut(): void {
    const scores = new Float64Array(this.size);
    let several = 0;
    for (let i = 0; i < this.size; i++) if (this.lengths[i]! > 1) scores[several++] = this.score(i);
    if (several <= this.most) return;
    const sorted = scores.subarray(0, several).sort();
    this.least = this.most === 0 ? Infinity : sorted[several - this.most]!;
    // Of those with the least score the first go.
    let excess = several - this.most;
    for (let i = 0; sorted[i]! < this.least; i++) excess--;
    let kept = 0;
    for (let i = 0; i < this.size; i++) {
      const score = this.score(i);
      if (this.lengths[i]! > 1 && (score < this.least || (score === this.least && excess-- > 0))) continue;
      this.starts[kept] = this.starts[i]!;
      this.lengths[kept] = this.lengths[i]!;
      this.counts[kept++] = this.counts[i]!;
    }
    this.size = kept;
  }
}
