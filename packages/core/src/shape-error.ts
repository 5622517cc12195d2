import { GptloomError, hasCode } from './gptloom-error.ts';

/** A tensor or array has the wrong shape, dtype or range of values. */
export class ShapeError extends GptloomError {
  /** Stable across versions. */
  readonly code = 'GPTLOOM_SHAPE';
  /** The class's name. */
  override readonly name = 'ShapeError';

  /** Whether `value` is a ShapeError, from any copy of the package. */
  static override isInstance(value: unknown): value is ShapeError {
    return hasCode(value, 'GPTLOOM_SHAPE');
  }
}
