import { grown } from './grow.ts';

/** The pieces of a Unigram model while it is trained: symbols one after another, and the log probability of each. */
export interface Pieces {
  readonly symbols: Int32Array;
  /** Where each piece starts; one more entry for the end. Piece 0 is the unknown one and is empty. */
  readonly starts: Int32Array;
  readonly scores: Float64Array;
}

/** Collects pieces, after the unknown one. */
export class PiecesBuilder {
  private symbols: Int32Array = new Int32Array(4096);
  private starts: Int32Array = new Int32Array(1024);
  private scores: Float64Array = new Float64Array(1024);
  private count = 1;

  /** The number of pieces, the unknown one included. */
  get size(): number {
    return this.count;
  }

  add(symbols: Int32Array, score: number): void {
    const start = this.starts[this.count]!;
    this.symbols = grown(this.symbols, start + symbols.length);
    this.symbols.set(symbols, start);
    this.starts = grown(this.starts, this.count + 2);
    this.scores = grown(this.scores, this.count + 1);
    this.scores[this.count++] = score;
    this.starts[this.count] = start + symbols.length;
  }

  build(): Pieces {
    return {
      symbols: this.symbols.subarray(0, this.starts[this.count]),
      starts: this.starts.subarray(0, this.count + 1),
      scores: this.scores.subarray(0, this.count),
    };
  }
}

/** The symbols of a piece. */
export function symbolsOf({ symbols, starts }: Pieces, id: number): Int32Array {
  return symbols.subarray(starts[id], starts[id + 1]);
}
