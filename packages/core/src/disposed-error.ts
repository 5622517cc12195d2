import { GptloomError, hasCode } from './gptloom-error.ts';

/** An object was used after `dispose()` had freed what it owns. */
export class DisposedError extends GptloomError {
  /** Stable across versions. */
  readonly code = 'GPTLOOM_DISPOSED';
  /** The class's name. */
  override readonly name = 'DisposedError';

  /** Whether `value` is a DisposedError, from any copy of the package. */
  static override isInstance(value: unknown): value is DisposedError {
    return hasCode(value, 'GPTLOOM_DISPOSED');
  }
}
