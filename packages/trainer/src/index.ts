export type { Dataset, DatasetReport, DatasetSplit, RowBatch, SplitOptions } from './data/dataset.ts';
export { TokenDataset, type TokenDatasetOptions } from './data/token-dataset.ts';
export {
  PromptDataset,
  type PromptDatasetOptions,
  type PromptExample,
  type PromptTemplate,
} from './data/prompt-dataset.ts';
export { LabelDataset, type LabelDatasetOptions, type LabelExample } from './data/label-dataset.ts';
export { preview, type PreviewOptions } from './data/preview.ts';
export { createSampler, type Sampler, type SamplerOptions } from './data/sample-batch.ts';
export type { Schedule } from './optimizer/schedule.ts';
export { constantSchedule, type ConstantScheduleOptions } from './optimizer/constant-schedule.ts';
export { cosineSchedule, type CosineScheduleOptions } from './optimizer/cosine-schedule.ts';
export type { Optimizer, OptimizerRun, OptimizerState, UpdateOptions } from './optimizer/optimizer.ts';
export { adamW, type AdamWOptions } from './optimizer/adam-w.ts';
export type { Reporter } from './reporter/reporter.ts';
export type { EvaluateOptions } from './loop/evaluate.ts';
export { Trainer } from './trainer.ts';
export type {
  CheckpointOptions,
  EarlyStoppingOptions,
  EvaluationOptions,
  TrainerOptions,
  TrainingData,
} from './trainer-options.ts';
export type {
  BestEvaluation,
  CheckpointEvent,
  EvaluationEvent,
  EvaluationProgress,
  EvaluationResult,
  FinishedEvent,
  FinishReason,
  StartedEvent,
  StepEvent,
  TrainingEvent,
  TrainingResult,
  WarningEvent,
} from './training-event.ts';
