import { GptloomError, hasCode } from './gptloom-error.ts';

/** A checkpoint is missing, damaged or belongs to another run. */
export class CheckpointError extends GptloomError {
  readonly code = 'GPTLOOM_CHECKPOINT';
  override readonly name = 'CheckpointError';

  /** Whether `value` is a CheckpointError, from any copy of the package. */
  static override isInstance(value: unknown): value is CheckpointError {
    return hasCode(value, 'GPTLOOM_CHECKPOINT');
  }
}
