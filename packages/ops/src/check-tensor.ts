import type * as tf from '@tensorflow/tfjs';
import { describeValue, ShapeError } from '@gptloom/core';

/** A tensor's dtype and shape for a message, as in `float32 [2, 3]`. */
export function describeTensor(value: unknown): string {
  const tensor = value as Partial<tf.Tensor> | null | undefined;
  if (typeof tensor !== 'object' || tensor === null || !Array.isArray(tensor.shape)) return describeValue(value);
  return `${tensor.dtype} [${tensor.shape.join(', ')}]`;
}

/** What a tensor must be. */
export interface TensorRule {
  /** Default `'float32'`. */
  readonly dtype?: 'float32' | 'int32' | undefined;
  /** A number is a size, a word names a free one; `'...'` stands for any number of sizes. */
  readonly shape: readonly (number | string)[] | '...' | readonly ['...', number | string];
}

function fits(value: tf.Tensor, dtype: string, shape: TensorRule['shape']): boolean {
  if (typeof value !== 'object' || value === null || !Array.isArray(value.shape) || value.dtype !== dtype) return false;
  if (shape === '...') return true;
  const open = shape[0] === '...' ? 1 : 0;
  const wanted = shape.length - open;
  const before = value.shape.length - wanted;
  if (before < 0 || (open === 0 && before > 0)) return false;
  for (let i = 0; i < wanted; i++) {
    const size = shape[open + i];
    if (typeof size !== 'string' && size !== value.shape[before + i]) return false;
  }
  return true;
}

/**
 * Checks dtype and shape of a tensor at the door of a public function; its values are not read.
 *
 * @param who the public name that refuses, for the message
 * @param name what the tensor is called there
 * @throws ShapeError naming the tensor, the rule and what came
 */
export function checkTensor(who: string, name: string, value: tf.Tensor, rule: TensorRule): void {
  const { dtype = 'float32', shape } = rule;
  if (fits(value, dtype, shape)) return;
  const described = `[${shape === '...' ? '...' : shape.join(', ')}]`;
  throw new ShapeError({ who, rule: `${name} must be ${dtype} ${described}`, received: describeTensor(value) });
}
