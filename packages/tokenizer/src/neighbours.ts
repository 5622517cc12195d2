import { grown } from './grow.ts';

/** Neighbours of the places that one merge has changed: each meeting, and sums by the neighbour's token. */
export class Neighbours {
  /** The neighbours' tokens, each once. */
  readonly distinct: number[] = [];
  private tokens: Int32Array = new Int32Array(512);
  private places: Int32Array = new Int32Array(512);
  private size = 0;
  // By token.
  private weights: Float64Array = new Float64Array(512);
  private numbers: Int32Array = new Int32Array(512);
  private cursors: Int32Array = new Int32Array(512);

  /** Notes a neighbour whose new pair starts at `place` in a word that occurs `weight` times. */
  add(token: number, place: number, weight: number): void {
    this.tokens = grown(this.tokens, this.size + 1);
    this.places = grown(this.places, this.size + 1);
    this.tokens[this.size] = token;
    this.places[this.size++] = place;
    if (token >= this.numbers.length) {
      this.weights = grown(this.weights, token + 1);
      this.numbers = grown(this.numbers, token + 1);
      this.cursors = grown(this.cursors, token + 1);
    }
    if (this.numbers[token]!++ === 0) this.distinct.push(token);
    this.weights[token]! += weight;
  }

  /** How often the pair with this neighbour occurs. */
  weight(token: number): number {
    return this.weights[token]!;
  }

  /** At how many places the pair with this neighbour is. */
  number(token: number): number {
    return this.numbers[token]!;
  }

  /** Has `writePlaces` put the places of this neighbour from `start` on. */
  keepPlaces(token: number, start: number): void {
    this.cursors[token] = start + 1;
  }

  /** Writes the places of the neighbours that are kept, in the order of their adding. */
  writePlaces(target: Int32Array): void {
    for (let i = 0; i < this.size; i++) {
      const cursor = this.cursors[this.tokens[i]!]!;
      if (cursor === 0) continue;
      target[cursor - 1] = this.places[i]!;
      this.cursors[this.tokens[i]!] = cursor + 1;
    }
  }

  clear(): void {
    for (const token of this.distinct) {
      this.weights[token] = 0;
      this.numbers[token] = 0;
      this.cursors[token] = 0;
    }
    this.distinct.length = 0;
    this.size = 0;
  }
}
