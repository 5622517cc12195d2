import { GptloomError, hasCode } from './gptloom-error.ts';

/** Text or token ids do not fit a tokenizer, or a tokenizer does not fit a model. */
export class TokenizerError extends GptloomError {
  /** Stable across versions. */
  readonly code = 'GPTLOOM_TOKENIZER';
  /** The class's name. */
  override readonly name = 'TokenizerError';

  /** Whether `value` is a TokenizerError, from any copy of the package. */
  static override isInstance(value: unknown): value is TokenizerError {
    return hasCode(value, 'GPTLOOM_TOKENIZER');
  }
}
