import { readFileSync } from 'node:fs';
import { ConfigError, foldIn, randomKey, randomPermutation, randomUniform, ShapeError } from '@gptloom/core';
import { majorityBaseline, trainBagOfWords } from '@gptloom/metrics';
import type { LabeledText } from '@gptloom/metrics';
import { describe, expect, it } from 'vitest';

interface Golden {
  cases: {
    name: string;
    C: number;
    examples: LabeledText<string>[];
    words: number;
    labels: string[];
    unseen: string[];
    probabilities: number[][];
    predicted: string[];
  }[];
}
const golden = JSON.parse(readFileSync(new URL('./golden/bag-of-words.json', import.meta.url), 'utf8')) as Golden;

describe.each(golden.cases)(
  'trainBagOfWords on $name',
  ({ C, examples, words, labels, unseen, probabilities, predicted }) => {
    const classifier = trainBagOfWords(examples, { inverseRegularization: C });

    it("finds scikit-learn's vocabulary and probabilities within 1e-4", () => {
      expect(classifier.converged).toBe(true);
      expect(classifier.vocabularySize).toBe(words);
      expect(classifier.labels).toEqual(labels);
      unseen.forEach((text, i) => {
        const actual = classifier.probabilities(text);
        actual.forEach((p, c) => expect(Math.abs(p - probabilities[i]![c]!), text).toBeLessThan(1e-4));
        expect(classifier.predict(text)).toBe(predicted[i]);
      });
    });

    it('does not depend on anything but the examples', () => {
      const again = trainBagOfWords(examples, { inverseRegularization: C });
      for (const text of unseen) expect(again.probabilities(text)).toEqual(classifier.probabilities(text));
      const order = [...randomPermutation(randomKey(1), examples.length)];
      const shuffled = trainBagOfWords(
        order.map((i) => examples[i]!),
        { inverseRegularization: C },
      );
      for (const text of unseen)
        expect(shuffled.probabilities(text)[0]).toBeCloseTo(classifier.probabilities(text)[0]!, 4);
    });
  },
);

describe('trainBagOfWords', () => {
  it('learns 4,000 texts of 60 words in seconds (1.5 on two busy cores)', () => {
    const examples = Array.from({ length: 4000 }, (_, row) => {
      const draws = randomUniform(foldIn(randomKey(3), row), 60);
      const words = Array.from(draws, (u) => `word${Math.floor(u * u * 3000)}`);
      return { text: words.join(' '), label: words.filter((word) => word.length < 7).length % 4 };
    });
    const start = performance.now();
    const classifier = trainBagOfWords(examples);
    expect(performance.now() - start).toBeLessThan(8000);
    expect(classifier.converged).toBe(true);
    expect(classifier.predict(examples[0]!.text)).toBeTypeOf('number');
  });

  it('says when it was stopped early', () => {
    expect(trainBagOfWords(golden.cases[0]!.examples, { maxIterations: 1 }).converged).toBe(false);
  });

  it.each<[string, () => unknown, typeof ConfigError | typeof ShapeError]>([
    ['no examples', () => trainBagOfWords([]), ShapeError],
    ['texts without labels', () => trainBagOfWords(['a'] as never), ShapeError],
    ['labels of NaN', () => trainBagOfWords([{ text: 'aa', label: NaN }]), ShapeError],
    ['a single class', () => trainBagOfWords([{ text: 'aa', label: 1 }]), ConfigError],
    [
      'no words',
      () =>
        trainBagOfWords([
          { text: 'a', label: 1 },
          { text: '!', label: 2 },
        ]),
      ConfigError,
    ],
    ['a C of 0', () => trainBagOfWords(golden.cases[0]!.examples, { inverseRegularization: 0 }), ConfigError],
  ])('refuses %s', (_, call, kind) => {
    expect(call).toThrow(kind);
  });
});

describe('majorityBaseline', () => {
  it('says the most frequent label, the first of equals', () => {
    const baseline = majorityBaseline(['b', 'a', 'b', 'a', 'c']);
    expect(baseline).toMatchObject({ label: 'a', share: 0.4 });
    expect(baseline.predict('whatever')).toBe('a');
    expect(majorityBaseline(Int32Array.of(2, 10, 10, 2, 3)).label).toBe(2);
  });

  it('refuses no labels and mixed ones', () => {
    expect(() => majorityBaseline([])).toThrow(ShapeError);
    expect(() => majorityBaseline(['a', 1])).toThrow(ShapeError);
  });
});
