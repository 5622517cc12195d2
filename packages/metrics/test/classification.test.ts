import { ConfigError, ShapeError } from '@gptloom/core';
import {
  accuracy,
  averagePrecision,
  balancedAccuracy,
  brierScore,
  classificationReport,
  cohensKappa,
  confusionMatrix,
  exactMatch,
  expectedCalibrationError,
  f1,
  fBeta,
  formatClassificationReport,
  formatConfusionMatrix,
  logLoss,
  matthewsCorrelation,
  precision,
  precisionRecallF1Support,
  recall,
  rocAuc,
  rocAucMulticlass,
  topKAccuracy,
} from '@gptloom/metrics';
import type { Average, ReportLine } from '@gptloom/metrics';
import { describe, expect, it } from 'vitest';
import { golden, revive } from './golden.ts';
import type { GoldenCase } from './golden.ts';

// toEqual compares numbers with Object.is: equal to the last bit. Only where a comment says so is there a tolerance.
const relative = (actual: number, wanted: number): number =>
  Math.abs(actual - wanted) / Math.max(1e-300, Math.abs(wanted));

function checkScores(golden: GoldenCase<string | number> | GoldenCase<number[]>): void {
  const { truth, predicted, labels, sample_weight: sampleWeight } = golden;
  for (const [name, entries] of Object.entries(golden.prf)) {
    const average = (name === 'None' ? 'none' : name) as Average;
    for (const entry of entries) {
      const zeroDivision = revive(entry.zero) as number;
      const options = { average, labels: average === 'binary' ? undefined : labels, sampleWeight, zeroDivision };
      const all = precisionRecallF1Support(truth, predicted, options);
      const where = `${name}, zeroDivision ${zeroDivision}`;
      expect(all.precision, where).toEqual(revive(entry.precision));
      expect(all.recall, where).toEqual(revive(entry.recall));
      expect(all.f1, where).toEqual(revive(entry.f1));
      if (entry.support !== null) expect(all.support, where).toEqual(entry.support);
      expect(precision(truth, predicted, options)).toEqual(all.precision);
      expect(recall(truth, predicted, options)).toEqual(all.recall);
      expect(f1(truth, predicted, options)).toEqual(all.f1);
      for (const [beta, score] of Object.entries(entry.beta)) {
        const actual = fBeta(truth, predicted, { ...options, beta: beta === 'inf' ? Infinity : Number(beta) });
        expect(actual, `${where}, beta ${beta}`).toEqual(revive(score));
      }
    }
  }
}

describe.each(golden.labels)('scikit-learn on $name', (golden) => {
  const { truth, predicted, labels, sample_weight: sampleWeight } = golden;

  it('precision, recall, F and support are equal to the last bit', () => {
    checkScores(golden);
  });

  it('accuracies are equal to the last bit, Matthews within 1e-15', () => {
    expect(accuracy(truth, predicted, { sampleWeight })).toBe(golden.accuracy);
    expect(balancedAccuracy(truth, predicted, { sampleWeight })).toEqual(revive(golden.balanced[0]));
    expect(balancedAccuracy(truth, predicted, { sampleWeight, adjusted: true })).toEqual(revive(golden.balanced[1]));
    // Weighted dot products may be added in another order there.
    const matthews = matthewsCorrelation(truth, predicted, { sampleWeight });
    if (sampleWeight === undefined) expect(matthews).toBe(golden.matthews);
    else expect(Math.abs(matthews - golden.matthews)).toBeLessThanOrEqual(1e-15);
  });

  it('confusion matrices and kappas are equal to the last bit', () => {
    if (golden.confusion === undefined) {
      expect(() => confusionMatrix(truth, predicted, { labels })).toThrow(ConfigError);
      return;
    }
    const matrices = (['none', 'truth', 'predicted', 'all'] as const).map((normalize) =>
      confusionMatrix(truth, predicted, { labels, sampleWeight, normalize }),
    );
    expect(matrices.map(({ counts }) => counts)).toEqual(golden.confusion);
    const kappas = (['none', 'linear', 'quadratic'] as const).map((weights) =>
      cohensKappa(truth, predicted, { labels, sampleWeight, weights }),
    );
    expect(kappas).toEqual(revive(golden.kappa));
  });

  it('reports are equal, as data and as text', () => {
    const report = classificationReport(truth, predicted, { labels, sampleWeight });
    const entry = ({ precision, recall, f1, support }: ReportLine): object => ({
      precision,
      recall,
      'f1-score': f1,
      support,
    });
    const actual: Record<string, unknown> = {};
    for (const line of report.classes) actual[line.name] = entry(line);
    if (report.accuracy === undefined) actual['micro avg'] = entry(report.microAverage);
    else actual['accuracy'] = report.accuracy;
    actual['macro avg'] = entry(report.macroAverage);
    actual['weighted avg'] = entry(report.weightedAverage);
    expect(actual).toEqual(golden.report);
    // Where no prediction is right, counts turn into floats there: 2.0 in place of 2.
    const asCounts = (text: string): string => text.replaceAll(/(\d+)\.0$/gm, '  $1');
    const [text, textWithNaN] =
      golden.accuracy === 0 && sampleWeight === undefined ? golden.text.map(asCounts) : golden.text;
    expect(formatClassificationReport(report)).toBe(text);
    const withNaN = classificationReport(truth, predicted, { labels, sampleWeight, zeroDivision: NaN });
    expect(formatClassificationReport(withNaN, { digits: 4 })).toBe(textWithNaN);
  });
});

describe.each(golden.indicators)('scikit-learn on indicator $name', (golden) => {
  it('precision, recall and F are equal to the last bit', () => {
    checkScores(golden);
  });
});

describe.each(golden.rankings)('scikit-learn on the ranking: $name', ({ truth, scores, sample_weight, auc, ap }) => {
  it('area under the curve and average precision are equal to the last bit', () => {
    const options = { sampleWeight: sample_weight ?? undefined };
    expect(rocAuc(truth, scores, options)).toEqual(revive(auc));
    expect(averagePrecision(truth, scores, options)).toBe(ap);
    expect(rocAuc(truth, Float64Array.from(scores), options)).toEqual(revive(auc));
  });
});

describe.each(golden.probabilities)('scikit-learn on probabilities: $name', (golden) => {
  const { truth, rows } = golden;
  const sampleWeight = golden.sample_weight ?? undefined;

  it('log loss is equal within 1e-15, the others to the last bit', () => {
    expect(relative(logLoss(truth, rows, { sampleWeight }), golden.logLoss)).toBeLessThanOrEqual(1e-15);
    expect(brierScore(truth, rows, { sampleWeight })).toBe(golden.brier);
    if (golden.brierOfOne !== undefined) {
      const column = rows.map((row) => row[1]!);
      expect(brierScore(truth, column)).toBe(golden.brierOfOne);
      for (const labels of [undefined, [0, 1], [1, 0]]) {
        expect(relative(logLoss(truth, column, { labels }), golden.logLossOfOne!)).toBeLessThanOrEqual(1e-15);
      }
    }
    if (golden.topK !== undefined) {
      const coarse = rows.map((row) => row.map((p) => Number(p.toFixed(1))));
      expect([1, 2].map((k) => topKAccuracy(truth, coarse, { k, sampleWeight }))).toEqual(golden.topK);
    }
    for (const [name, auc] of Object.entries(golden.auc ?? {})) {
      const [multiClass, average] = name.split(' ') as ['ovr' | 'ovo', 'macro' | 'weighted'];
      expect(rocAucMulticlass(truth, rows, { multiClass, average, sampleWeight }), name).toBe(auc);
    }
  });

  it('calibration error is that of Guo et al. within 1e-14', () => {
    [15, 10, 1].forEach((bins, i) => {
      const wanted = golden.calibration[i]!;
      expect(Math.abs(expectedCalibrationError(truth, rows, { bins }) - wanted)).toBeLessThanOrEqual(1e-14);
    });
    expect(expectedCalibrationError(truth, rows)).toBe(expectedCalibrationError(truth, rows, { bins: 15 }));
  });
});

describe('what metrics refuse', () => {
  const metrics: [string, (truth: never, predicted: never) => unknown][] = [
    ['accuracy', accuracy],
    ['balancedAccuracy', balancedAccuracy],
    ['matthewsCorrelation', matthewsCorrelation],
    ['cohensKappa', cohensKappa],
    ['confusionMatrix', confusionMatrix],
    ['precision', precision],
    ['precisionRecallF1Support', precisionRecallF1Support],
    ['classificationReport', classificationReport],
    ['rocAuc', rocAuc],
    ['averagePrecision', averagePrecision],
    ['brierScore', brierScore],
    ['logLoss', logLoss],
    ['expectedCalibrationError', expectedCalibrationError],
    ['topKAccuracy', (truth, scores) => topKAccuracy(truth, scores, { k: 1 })],
    ['exactMatch', exactMatch],
  ];
  const bad: [string, unknown, unknown][] = [
    ['nothing', undefined, undefined],
    ['empty lists', [], []],
    ['lists of different lengths', [1, 0], [1]],
    ['a text for a list', 'ab', 'ab'],
  ];
  it.each(metrics)('%s: empty lists, different lengths, no lists', (_, metric) => {
    for (const [what, truth, predicted] of bad) {
      expect(() => metric(truth as never, predicted as never), what).toThrow(ShapeError);
    }
  });

  it.each(metrics.filter(([name]) => name !== 'exactMatch'))('%s: NaN, and labels of mixed kinds', (_, metric) => {
    for (const truth of [
      [NaN, 1],
      [null, 1],
      ['a', 1],
      [true, false],
    ]) {
      expect(() => metric(truth as never, [0.5, 1] as never)).toThrow(ShapeError);
    }
    expect(() => metric([0, 1] as never, [0.5, NaN] as never)).toThrow(ShapeError);
  });

  it.each<[string, () => unknown, typeof ConfigError | typeof ShapeError]>([
    ['an unknown option', () => accuracy([1], [1], { weights: [1] } as object), ConfigError],
    ['too few weights', () => accuracy([1, 0], [1, 0], { sampleWeight: [1] }), ShapeError],
    ['a weight that is not finite', () => f1([1, 0], [1, 0], { sampleWeight: [1, NaN] }), ConfigError],
    ['a negative weight', () => precision([1, 0], [1, 0], { sampleWeight: [1, -1] }), ConfigError],
    ['weights of zero', () => rocAuc([1, 0], [1, 0], { sampleWeight: [0, 0] }), ConfigError],
    ['no labels', () => confusionMatrix([1], [1], { labels: [] }), ConfigError],
    ['a label twice', () => recall([1], [1], { average: 'macro', labels: [1, 1] }), ConfigError],
    ['labels of another kind', () => recall([1], [1], { average: 'macro', labels: ['1'] }), ShapeError],
    ['labels that truth lacks', () => confusionMatrix([1], [1], { labels: [2] }), ConfigError],
    ['binary with three classes', () => f1([0, 1, 2], [0, 1, 2]), ConfigError],
    ['binary with other labels', () => f1(['no', 'yes'], ['no', 'yes']), ConfigError],
    ['binary with one class of text', () => f1(['no'], ['no']), ConfigError],
    ['binary with labels', () => f1([0, 1], [0, 1], { labels: [1] }), ConfigError],
    ['samples without rows', () => f1([0, 1], [0, 1], { average: 'samples' }), ConfigError],
    ['binary with rows', () => f1([[0, 1]], [[0, 1]]), ConfigError],
    ['rows and labels mixed', () => f1([[0, 1]], [1], { average: 'macro' }), ShapeError],
    ['rows of different lengths', () => f1([[0, 1], [1]], [[0, 1], [1]], { average: 'macro' }), ShapeError],
    ['rows of other numbers', () => f1([[0, 2]], [[0, 1]], { average: 'macro' }), ShapeError],
    ['a column that rows lack', () => f1([[0, 1]], [[0, 1]], { average: 'macro', labels: [2] }), ConfigError],
    ['another average', () => f1([0, 1], [0, 1], { average: 'mean' as 'macro' }), ConfigError],
    ['another zeroDivision', () => f1([0, 1], [0, 1], { zeroDivision: 2 }), ConfigError],
    ['a negative beta', () => fBeta([0, 1], [0, 1], { beta: -1 }), ConfigError],
    ['no beta', () => fBeta([0, 1], [0, 1], {} as { beta: number }), ConfigError],
    ['a ranking of three classes', () => rocAuc([0, 1, 2], [0, 1, 2]), ConfigError],
    ['a positive label that truth lacks', () => averagePrecision([0, 1], [0, 1], { positiveLabel: 2 }), ConfigError],
    ['scores that are not finite', () => rocAuc([0, 1], [0, Infinity]), ShapeError],
    [
      'rows that do not sum to 1',
      () =>
        logLoss(
          [0, 1],
          [
            [0.5, 0.4],
            [0.5, 0.5],
          ],
        ),
      ShapeError,
    ],
    [
      'rows below 0',
      () =>
        logLoss(
          [0, 1],
          [
            [-0.5, 1.5],
            [0.5, 0.5],
          ],
        ),
      ShapeError,
    ],
    ['a probability above 1', () => brierScore([0, 1], [0.5, 1.5]), ShapeError],
    [
      'a class without a column',
      () =>
        logLoss(
          [0, 2],
          [
            [1, 0],
            [0, 1],
          ],
          { labels: [0, 1] },
        ),
      ConfigError,
    ],
    [
      'columns without labels',
      () =>
        logLoss(
          [0, 1],
          [
            [1, 0, 0],
            [0, 1, 0],
          ],
        ),
      ShapeError,
    ],
    ['a single class', () => logLoss([0], [[1]]), ConfigError],
    [
      'two classes in many',
      () =>
        rocAucMulticlass(
          [0, 1],
          [
            [1, 0],
            [0, 1],
          ],
          { multiClass: 'ovr' },
        ),
      ConfigError,
    ],
    [
      'weights with pairs',
      () =>
        rocAucMulticlass(
          [0, 1, 2],
          [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ],
          { multiClass: 'ovo', sampleWeight: [1, 1, 1] },
        ),
      ConfigError,
    ],
    [
      'k of 0',
      () =>
        topKAccuracy(
          [0, 1],
          [
            [1, 0],
            [0, 1],
          ],
          { k: 0 },
        ),
      ConfigError,
    ],
    ['too few names', () => classificationReport([0, 1], [0, 1], { classNames: ['no'] }), ConfigError],
    [
      'too few names',
      () => formatConfusionMatrix(confusionMatrix([0, 1], [0, 1]), { classNames: ['no'] }),
      ConfigError,
    ],
  ])('%s', (_, call, kind) => {
    expect(call).toThrow(kind);
  });
});

describe('details', () => {
  it('columns follow the labels given', () => {
    const rows = [
      [0.9, 0.1],
      [0.2, 0.8],
    ];
    const turned = rows.map(([a, b]) => [b!, a!]);
    expect(logLoss(['a', 'b'], turned, { labels: ['b', 'a'] })).toBe(logLoss(['a', 'b'], rows));
    expect(brierScore(['a', 'b'], turned, { labels: ['b', 'a'] })).toBe(brierScore(['a', 'b'], rows));
  });

  it('numbers in place of rows are met by a suggestion that helps', () => {
    expect(() => logLoss([0, 1, 2], [0, 1, 1])).toThrow(
      'each row of probabilities must have a column for each of the 3 classes; received 0 in place of row 0; try: a row for each example',
    );
    expect(() => topKAccuracy([0, 1, 2], [0, 1, 1] as never, { k: 1 })).toThrow('in place of row 0; try: a row for');
    expect(() => logLoss([0, 1], [0.5, 1.5])).toThrow('probabilities must be from 0 to 1; received 1.5 at 1');
    expect(() => logLoss([1, 1], [0.5, 0.5])).toThrow('two or more classes; received 1; try: pass labels');
    expect(logLoss([1, 1], [0.5, 0.5], { labels: [0, 1] })).toBe(Math.LN2);
    expect(logLoss(['b', 'a'], [0.25, 0.5], { labels: ['b', 'a'] })).toBeCloseTo(1.5 * Math.LN2, 15);
  });

  it('positiveLabel turns a ranking round', () => {
    const [truth, scores] = [
      [0, 1, 0, 1],
      [0.1, 0.4, 0.35, 0.8],
    ];
    expect(rocAuc(truth, scores)).toBe(1);
    expect(rocAuc(truth, scores, { positiveLabel: 0 })).toBe(0);
    expect(brierScore(truth, scores, { positiveLabel: 0 })).not.toBe(brierScore(truth, scores));
  });

  it('typed arrays are lists of labels', () => {
    expect(accuracy(Int32Array.of(1, 2), Int32Array.of(1, 3))).toBe(0.5);
  });

  it('undefined areas are NaN', () => {
    const rows = [
      [1, 0, 0],
      [0, 1, 0],
    ];
    expect(rocAuc([1, 1], [0, 1])).toBeNaN();
    expect(rocAucMulticlass([0, 1], rows, { multiClass: 'ovr', labels: [0, 1, 2] })).toBeNaN();
    expect(rocAucMulticlass([0, 1], rows, { multiClass: 'ovr', labels: [0, 1, 2], average: 'weighted' })).toBe(1);
  });

  it('exactMatch compares character for character', () => {
    expect(exactMatch(['a', 'b', 'c', 'd'], ['a', 'B', 'c ', 'd'])).toBe(0.5);
  });

  it('a confusion matrix prints as a table', () => {
    const matrix = confusionMatrix(['cat', 'cat', 'dog'], ['cat', 'dog', 'dog']);
    expect(formatConfusionMatrix(matrix).split('\n')).toEqual([
      'true \\ predicted  cat  dog',
      '             cat    1    1',
      '             dog    0    1',
    ]);
    const shares = confusionMatrix([0, 0, 1], [0, 1, 1], { normalize: 'truth' });
    expect(
      formatConfusionMatrix(shares, { classNames: ['no', 'a long name of a class'], digits: 1 }).split('\n'),
    ).toEqual([
      '      true \\ predicted   no  a long name of a class',
      '                    no  0.5                     0.5',
      'a long name of a class  0.0                     1.0',
    ]);
  });
});
