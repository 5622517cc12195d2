import { check, checkOptions, ConfigError, describeValue, ShapeError } from '@gptloom/core';
import { minimize } from './minimize.ts';
import { checkLabelKind, distinctLabels, indexLabels } from './targets.ts';
import type { ClassLabel } from './targets.ts';
import { buildVocabulary, countWords } from './word-counts.ts';
import type { WordCounts } from './word-counts.ts';

/** A text with its class. */
export interface LabeledText<L extends ClassLabel = ClassLabel> {
  /** The text. */
  readonly text: string;
  /** Its class. */
  readonly label: L;
}

/** Options of {@link trainBagOfWords}. */
export interface BagOfWordsOptions {
  /** scikit-learn's `C`: how much the examples count against the penalty on weights. Default 1. */
  readonly inverseRegularization?: number | undefined;
  /** Most steps of the solver. Default 1000; a few hundred reach the minimum. */
  readonly maxIterations?: number | undefined;
}

/** A classifier of texts by the counts of their words. */
export interface BagOfWordsClassifier<L extends ClassLabel = ClassLabel> {
  /** The classes, sorted: the order of `probabilities`. */
  readonly labels: readonly L[];
  /** Number of words that count. */
  readonly vocabularySize: number;
  /** Whether training reached the minimum within `maxIterations`. */
  readonly converged: boolean;
  /** The most probable class of a text. Words that were not in training are passed over. */
  predict(text: string): L;
  /** The probability of each class. */
  probabilities(text: string): number[];
}

// The penalty's curvature bounds the error of a weight by gradient / penalty, hence a tolerance relative to it.
const relativeTolerance = 1e-4;

/** Turns the scores of a row into probabilities in place; gives `-ln` of the probability of `own`. */
function softmax(scores: Float64Array, own: number): number {
  let largest = -Infinity;
  for (const score of scores) largest = Math.max(largest, score);
  let sum = 0;
  for (let c = 0; c < scores.length; c++) sum += Math.exp(scores[c]! - largest);
  const logSum = largest + Math.log(sum);
  const loss = logSum - scores[own]!;
  for (let c = 0; c < scores.length; c++) scores[c] = Math.exp(scores[c]! - logSum);
  return loss;
}

/**
 * Scores of one row. Weights are word-major, `[words + 1, outputs]`, the last line being the intercepts. Two classes
 * share one output, the log-odds of the second, as in scikit-learn: two outputs would halve the penalty.
 */
function rowScores(words: WordCounts, row: number, weights: Float64Array, outputs: number, scores: Float64Array): void {
  const intercepts = weights.length - outputs;
  const first = scores.length - outputs;
  scores.fill(0);
  for (let o = 0; o < outputs; o++) scores[first + o] = weights[intercepts + o]!;
  for (let entry = words.rowStarts[row]!; entry < words.rowStarts[row + 1]!; entry++) {
    const line = words.columns[entry]! * outputs;
    for (let o = 0; o < outputs; o++) scores[first + o]! += words.counts[entry]! * weights[line + o]!;
  }
}

/**
 * Trains logistic regression on word counts, the baseline that says how far a label can be told from words alone. It
 * minimizes `sum of -ln p(label) + |weights|² / (2 C)` to convergence, without a seed: equal examples give equal
 * classifiers. Probabilities equal those of scikit-learn's `LogisticRegression(C=1)` on `CountVectorizer()` within 1e-4.
 *
 * ```ts
 * import { trainBagOfWords } from '@gptloom/metrics';
 * const classifier = trainBagOfWords([
 *   { text: 'Anna was happy', label: 'joy' },
 *   { text: 'Tom cried all day', label: 'grief' },
 * ]);
 * classifier.predict('a happy day'); // 'joy'
 * ```
 *
 * @param examples at least one of each of two or more classes
 * @throws ShapeError for examples that are no texts with labels
 * @throws ConfigError for a single class, or texts without words
 */
export function trainBagOfWords<L extends ClassLabel>(
  examples: readonly LabeledText<L>[],
  options: BagOfWordsOptions = {},
): BagOfWordsClassifier<L> {
  const who = 'trainBagOfWords';
  checkOptions<BagOfWordsOptions>(who, options, {
    inverseRegularization: check.optional(check.positiveNumber),
    maxIterations: check.optional(check.positiveInteger),
  });
  if (!Array.isArray(examples) || examples.length === 0 || !examples.every((e) => typeof e?.text === 'string')) {
    throw new ShapeError({
      who,
      rule: 'examples must be an array of { text, label }',
      received: describeValue(examples),
    });
  }
  const labelOf = examples.map(({ label }) => label);
  checkLabelKind(who, 'labels', labelOf);
  const labels = distinctLabels(labelOf) as L[];
  if (labels.length < 2)
    throw new ConfigError({ who, rule: 'there must be two or more classes', received: `${labels[0]}` });
  const texts = examples.map(({ text }) => text);
  const vocabulary = buildVocabulary(texts);
  if (vocabulary.size === 0) throw new ConfigError({ who, rule: 'texts must hold words of two or more letters' });

  const words = countWords(texts, vocabulary);
  const index = indexLabels(labels);
  const targets = labelOf.map((label) => index.get(label)!);
  const outputs = labels.length === 2 ? 1 : labels.length;
  const first = labels.length - outputs;
  const size = (vocabulary.size + 1) * outputs;
  const count = examples.length;
  const penalty = 1 / ((options.inverseRegularization ?? 1) * count);
  const scores = new Float64Array(labels.length);

  const objective = (weights: Float64Array, gradient: Float64Array): number => {
    let loss = 0;
    gradient.fill(0);
    for (let row = 0; row < count; row++) {
      rowScores(words, row, weights, outputs, scores);
      loss += softmax(scores, targets[row]!);
      scores[targets[row]!]! -= 1;
      for (let o = 0; o < outputs; o++) gradient[size - outputs + o]! += scores[first + o]!;
      for (let entry = words.rowStarts[row]!; entry < words.rowStarts[row + 1]!; entry++) {
        const line = words.columns[entry]! * outputs;
        for (let o = 0; o < outputs; o++) gradient[line + o]! += words.counts[entry]! * scores[first + o]!;
      }
    }
    let squares = 0;
    for (let i = 0; i < size; i++) {
      gradient[i]! /= count;
      if (i >= size - outputs) continue;
      squares += weights[i]! ** 2;
      gradient[i]! += penalty * weights[i]!;
    }
    return loss / count + (penalty * squares) / 2;
  };
  const { x: weights, converged } = minimize(
    objective,
    size,
    options.maxIterations ?? 1000,
    relativeTolerance * penalty,
  );

  const probabilities = (text: string): number[] => {
    const row = new Float64Array(labels.length);
    rowScores(countWords([text], vocabulary), 0, weights, outputs, row);
    softmax(row, 0);
    return [...row];
  };
  const predict = (text: string): L => {
    const all = probabilities(text);
    return labels[all.indexOf(Math.max(...all))]!;
  };
  return { labels, vocabularySize: vocabulary.size, converged, predict, probabilities };
}
