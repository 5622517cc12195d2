import { GptloomError, hasCode } from './gptloom-error.ts';

/** A tensor or array has the wrong shape, dtype or range of values. */
export class ShapeError extends GptloomError {
  readonly code = 'GPTLOOM_SHAPE';
  override readonly name = 'ShapeError';

  /** Whether `value` is a ShapeError, from any copy of the package. */
  static override isInstance(value: unknown): value is ShapeError {
    return hasCode(value, 'GPTLOOM_SHAPE');
  }
}
