import { GptloomError, hasCode } from './gptloom-error.ts';

/** An option or argument has a value that can not be used. */
export class ConfigError extends GptloomError {
  /** Stable across versions. */
  readonly code = 'GPTLOOM_CONFIG';
  /** The class's name. */
  override readonly name = 'ConfigError';

  /** Whether `value` is a ConfigError, from any copy of the package. */
  static override isInstance(value: unknown): value is ConfigError {
    return hasCode(value, 'GPTLOOM_CONFIG');
  }
}
