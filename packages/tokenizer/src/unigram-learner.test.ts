import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PieceLattice } from './piece-lattice.ts';
import { PiecesBuilder } from './pieces.ts';
import { repeatedSubstrings } from './repeated-substrings.ts';
import { characterWords } from './symbol-words.ts';
import { UnigramLearner } from './unigram-learner.ts';
import { WordCounts } from './word-counts.ts';

function countsOf(words: readonly string[]): WordCounts {
  const counts = new WordCounts();
  for (const word of words) counts.addWord(word);
  return counts;
}

const someWords = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 12,
});

test('finds the substrings that are followed by different symbols', () => {
  fc.assert(
    fc.property(someWords, (words) => {
      const distinct = [...new Set(words)];
      const expected = new Map<string, number>();
      const followers = new Map<string, Set<string>>();
      for (const word of distinct) {
        for (let start = 0; start < word.length; start++) {
          for (let end = start + 2; end <= Math.min(word.length, start + 4); end++) {
            const text = word.slice(start, end);
            expected.set(text, (expected.get(text) ?? 0) + 1);
            followers.set(text, (followers.get(text) ?? new Set()).add(word.charAt(end)));
          }
        }
      }
      for (const [text, next] of followers) if (next.size < 2) expected.delete(text);
      const { cells } = characterWords(countsOf(words).words, (codePoint) => codePoint);
      const found = new Map<string, number>();
      for (const _ of repeatedSubstrings(cells, 4, (place, length, count) => {
        found.set(String.fromCodePoint(...cells.subarray(place, place + length)), count);
      }));
      expect(found).toEqual(expected);
    }),
  );
});

test('the lattice sums over all ways, and finds the best one with and without a piece', () => {
  const builder = new PiecesBuilder();
  // a, b, ab, with probabilities 0.5, 0.3, 0.2.
  builder.add(Int32Array.of(1), Math.log(0.5));
  builder.add(Int32Array.of(2), Math.log(0.3));
  builder.add(Int32Array.of(1, 2), Math.log(0.2));
  const lattice = new PieceLattice(builder.build());
  lattice.read(Int32Array.of(1, 2), 0, 2);
  expect([...lattice.best()]).toEqual([3]);
  expect([...lattice.best(3)]).toEqual([1, 2]);
  const expected = new Float64Array(4);
  lattice.addExpected(10, expected);
  // The ways: "ab" of 0.2 and "a b" of 0.15.
  const share = 0.2 / 0.35;
  [0, 10 * (1 - share), 10 * (1 - share), 10 * share].forEach((one, i) => expect(expected[i]).toBeCloseTo(one, 10));
  lattice.read(Int32Array.of(7, 1), 0, 2);
  expect([...lattice.best()]).toEqual([0, 1]);
});

test('sums over all ways of a word that is too improbable for float64 as for shorter ones', () => {
  const builder = new PiecesBuilder();
  builder.add(Int32Array.of(1), Math.log(1e-9));
  builder.add(Int32Array.of(1, 1), Math.log(1e-18));
  const lattice = new PieceLattice(builder.build());
  const expectedIn = (length: number): Float64Array => {
    const expected = new Float64Array(3);
    lattice.read(new Int32Array(length).fill(1), 0, length);
    lattice.addExpected(1, expected);
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

test('learns the pieces that text is made of', () => {
  const words = Array.from({ length: 200 }, (_, i) => ['river', 'mill', 'rivermill', 'millriver'][i % 4]!);
  const learner = new UnigramLearner(countsOf(words).words, {
    pieceCount: 12,
    vocabSize: 12,
    initialAlphabet: ['z'],
    maxPieceLength: 16,
    seedSize: 1000,
    shrinkingFactor: 0.75,
    iterations: 2,
  });
  const steps = learner.learn();
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const pieces = step.value.map(([piece]) => piece);
  expect(pieces.slice(0, 2).sort()).toEqual(['mill', 'river']);
  expect([...'rivemlz'].every((character) => pieces.includes(character))).toBe(true);
  const scores = step.value.map(([, score]) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
});
