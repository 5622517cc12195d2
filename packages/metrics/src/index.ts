export { accuracy, balancedAccuracy, type BalancedAccuracyOptions, type WeightOptions } from './accuracy.ts';
export { averagePrecision } from './average-precision.ts';
export { brierScore, type BrierScoreOptions } from './brier-score.ts';
export {
  classificationReport,
  type ClassificationReport,
  type ClassificationReportOptions,
  type ReportLine,
} from './classification-report.ts';
export { cohensKappa, type CohensKappaOptions } from './cohens-kappa.ts';
export { confusionMatrix, type ConfusionMatrix, type ConfusionMatrixOptions } from './confusion-matrix.ts';
export { exactMatch } from './exact-match.ts';
export { expectedCalibrationError, type CalibrationOptions } from './expected-calibration-error.ts';
export { formatClassificationReport, type FormatReportOptions } from './format-classification-report.ts';
export { formatConfusionMatrix, type FormatConfusionMatrixOptions } from './format-confusion-matrix.ts';
export { logLoss, type ProbabilityOptions } from './log-loss.ts';
export { matthewsCorrelation } from './matthews-correlation.ts';
export {
  f1,
  fBeta,
  precision,
  precisionRecallF1Support,
  recall,
  type Average,
  type FBetaOptions,
  type PrecisionRecallF1Support,
  type Score,
  type ScoreOptions,
} from './precision-recall.ts';
export type { ProbabilityRows } from './probabilities.ts';
export { rocAuc, rocAucMulticlass, type RocAucMulticlassOptions } from './roc-auc.ts';
export type { ClassLabel, IndicatorRows, Labels } from './targets.ts';
export type { RankingOptions } from './threshold-counts.ts';
export { topKAccuracy, type TopKAccuracyOptions } from './top-k-accuracy.ts';
export { bitsPerByte, perplexity, type NatsAndBytes } from './perplexity.ts';
export { bootstrapStandardError, type BootstrapOptions } from './bootstrap-standard-error.ts';
export { evaluateText, type EvaluateTextEvent, type EvaluateTextOptions, type TextScore } from './evaluate-text.ts';
export { majorityBaseline, type MajorityBaseline } from './majority-baseline.ts';
export {
  trainBagOfWords,
  type BagOfWordsClassifier,
  type BagOfWordsOptions,
  type LabeledText,
} from './train-bag-of-words.ts';
export { wilsonInterval, type WilsonOptions } from './wilson-interval.ts';
