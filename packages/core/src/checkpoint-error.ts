import { GptloomError, hasCode } from './gptloom-error.ts';

/** A checkpoint is missing, damaged or belongs to another run. */
export class CheckpointError extends GptloomError {
  /** Stable across versions. */
  readonly code = 'GPTLOOM_CHECKPOINT';
  /** The class's name. */
  override readonly name = 'CheckpointError';

  /** Whether `value` is a CheckpointError, from any copy of the package. */
  static override isInstance(value: unknown): value is CheckpointError {
    return hasCode(value, 'GPTLOOM_CHECKPOINT');
  }
}
