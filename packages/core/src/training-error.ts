import { GptloomError, hasCode } from './gptloom-error.ts';

/** Training can not go on: a window without targets, or a loss that is not finite. */
export class TrainingError extends GptloomError {
  /** Stable across versions. */
  readonly code = 'GPTLOOM_TRAINING';
  /** The class's name. */
  override readonly name = 'TrainingError';

  /** Whether `value` is a TrainingError, from any copy of the package. */
  static override isInstance(value: unknown): value is TrainingError {
    return hasCode(value, 'GPTLOOM_TRAINING');
  }
}
