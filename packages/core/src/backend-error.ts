import { GptloomError, hasCode } from './gptloom-error.ts';

/** A device can not be used: it is missing, failed to start or gave wrong numbers. */
export class BackendError extends GptloomError {
  /** Stable across versions. */
  readonly code = 'GPTLOOM_BACKEND';
  /** The class's name. */
  override readonly name = 'BackendError';

  /** Whether `value` is a BackendError, from any copy of the package. */
  static override isInstance(value: unknown): value is BackendError {
    return hasCode(value, 'GPTLOOM_BACKEND');
  }
}
