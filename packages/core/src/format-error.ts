import { GptloomError, hasCode } from './gptloom-error.ts';

/** The bytes of a file do not follow its format. */
export class FormatError extends GptloomError {
  /** Stable across versions. */
  readonly code = 'GPTLOOM_FORMAT';
  /** The class's name. */
  override readonly name = 'FormatError';

  /** Whether `value` is a FormatError, from any copy of the package. */
  static override isInstance(value: unknown): value is FormatError {
    return hasCode(value, 'GPTLOOM_FORMAT');
  }
}
