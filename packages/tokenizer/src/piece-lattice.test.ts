import { expect, test } from 'vitest';
import { PieceLattice } from './piece-lattice.ts';
import type { Pieces } from './pieces.ts';

// Numbers in the order of the characters: a, ab, b with probabilities 0.5, 0.2, 0.3, and an unknown c.
const pieces: Pieces = {
  links: Int32Array.of(0, 0, 0, 1, 1, 2, 0, 1, 0, 1),
  places: new Int32Array(5),
  scores: Float64Array.of(0, Math.log(0.5), Math.log(0.2), Math.log(0.3), Math.log(0.2) - 10),
};
const [a, ab, b, c] = [1, 2, 3, 4];

test('sums over all ways, and finds the best one with and without a piece', () => {
  const lattice = new PieceLattice(Int32Array.of(ab, b, c, a), pieces, 20);
  expect([...lattice.best(0, 2)]).toEqual([ab]);
  expect(lattice.bestScore).toBeCloseTo(Math.log(0.2), 12);
  expect([...lattice.best(0, 2, ab)]).toEqual([a, b]);
  expect(lattice.bestScore).toBeCloseTo(Math.log(0.15), 12);
  // A part of a word has only the pieces that end in it; the rest of the word none without `a`.
  expect([...lattice.best(0, 1)]).toEqual([a]);
  expect([...lattice.best(2, 4)]).toEqual([c, a]);
  expect([...lattice.best(3, 4, a)]).toEqual([]);
  const expected = new Float64Array(5);
  lattice.addExpected(0, 2, 10, expected);
  // The ways: "ab" of 0.2 and "a b" of 0.15.
  const share = 0.2 / 0.35;
  [0, 10 * (1 - share), 10 * share, 10 * (1 - share), 0].forEach((one, i) => expect(expected[i]).toBeCloseTo(one, 10));
});

test('sums over all ways of a word that is too improbable for float64 as for shorter ones', () => {
  const few: Pieces = {
    links: Int32Array.of(0, 0, 0, 1, 1, 2),
    places: new Int32Array(3),
    scores: Float64Array.of(0, Math.log(1e-9), Math.log(1e-18)),
  };
  const expectedIn = (length: number): Float64Array => {
    const expected = new Float64Array(3);
    const longest = new Int32Array(length).fill(2);
    longest[length - 1] = 1;
    new PieceLattice(longest, few, length).addExpected(0, length, 1, expected);
    return expected;
  };
  // All ways are equally probable: F(n) of them, and the share of singles among the pieces settles.
  const [short, long] = [expectedIn(28), expectedIn(280)];
  for (const [expected, length] of [
    [short, 28],
    [long, 280],
  ] as const) {
    expect(expected[1]! + 2 * expected[2]!).toBeCloseTo(length, 6);
  }
  expect(long[1]! / 280).toBeCloseTo(1 / Math.sqrt(5), 2);
});

test('sums do not depend on the order of their parts', () => {
  const lattice = new PieceLattice(Int32Array.of(ab, b), pieces, 2 * 1e9);
  const weights = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1_000_003);
  const sum = (some: readonly number[]): number[] => {
    const expected = new Float64Array(5);
    for (const weight of some) lattice.addExpected(0, 2, weight, expected);
    return [...expected];
  };
  const all = sum(weights);
  expect(sum(weights.toReversed())).toEqual(all);
  const halves = [sum(weights.slice(0, 500)), sum(weights.slice(500))];
  expect(all.map((_, i) => halves[0]![i]! + halves[1]![i]!)).toEqual(all);
});
