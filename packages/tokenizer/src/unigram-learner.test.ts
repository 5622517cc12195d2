import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnigramLearner, type UnigramLearnerOptions } from './unigram-learner.ts';
import { WordCounts } from './word-counts.ts';

function countsOf(words: readonly string[]): WordCounts {
  const counts = new WordCounts();
  for (const word of words) counts.addWord(word);
  return counts;
}

async function learned(words: readonly string[], options: Partial<UnigramLearnerOptions>): Promise<[string, number][]> {
  const steps = new UnigramLearner(countsOf(words).words, {
    pieceCount: 12,
    vocabSize: 12,
    initialAlphabet: [],
    maxPieceLength: 16,
    seedSize: 1000,
    shrinkingFactor: 0.75,
    iterations: 2,
    threads: 1,
    ...options,
  }).learn();
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
  }
}

test('learns the pieces that text is made of', async () => {
  const words = Array.from({ length: 200 }, (_, i) => ['river', 'mill', 'rivermill', 'millriver'][i % 4]!);
  const result = await learned(words, { initialAlphabet: ['z'] });
  const pieces = result.map(([piece]) => piece);
  expect(pieces.slice(0, 2).sort()).toEqual(['mill', 'river']);
  expect([...'rivemlz'].every((character) => pieces.includes(character))).toBe(true);
  const scores = result.map(([, score]) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
});

test('the order of the words changes nothing, not even the last bit', async () => {
  const someWords = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '🙂'), minLength: 1, maxLength: 12 }), {
    minLength: 20,
    maxLength: 200,
  });
  await fc.assert(
    fc.asyncProperty(someWords, async (words) => {
      const options = { pieceCount: 20, vocabSize: 20 };
      expect(await learned(words.toSorted(), options)).toEqual(await learned(words, options));
    }),
    { numRuns: 30 },
  );
});

test('the number of threads changes nothing either', async () => {
  // Enough for several blocks.
  const words = Array.from({ length: 40_000 }, (_, i) => `${(i * 2654435761).toString(36)}ing`);
  const options = { pieceCount: 200, vocabSize: 200 };
  const alone = await learned(words, options);
  expect(alone.length).toBeGreaterThan(100);
  expect(await learned(words, { ...options, threads: 2 })).toEqual(alone);
  expect(await learned(words, { ...options, threads: 3 })).toEqual(alone);
});

test('no more pieces to start from than asked for, the alphabet aside', async () => {
  const words = Array.from({ length: 300 }, (_, i) => `${i % 7}ab${i % 11}`);
  const pieces = await learned(words, { seedSize: 1, pieceCount: 100, vocabSize: 100 });
  expect(pieces.every(([piece]) => piece.length === 1)).toBe(true);
});

test('words of no text', async () => {
  expect(await learned([], { initialAlphabet: ['x'] })).toHaveLength(1);
});
