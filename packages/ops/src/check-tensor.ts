import type * as tf from '@tensorflow/tfjs';
import { describeValue, ShapeError } from '@gptloom/core';

/** A tensor's dtype and shape for a message, as in `float32 [2, 3]`. */
export function describeTensor(value: unknown): string {
  const tensor = value as Partial<tf.Tensor> | null | undefined;
  if (typeof tensor !== 'object' || tensor === null || !Array.isArray(tensor.shape)) return describeValue(value);
  return `${tensor.dtype} [${tensor.shape.join(', ')}]`;
}

/** What a tensor must be. A number in `shape` is a size, a word names a free one. */
export interface TensorRule {
  readonly dtype?: 'float32' | 'int32' | undefined;
  readonly shape: readonly (number | string)[] | '...' | readonly ['...', number | string];
}

/** @throws ShapeError naming the tensor, the rule and what came */
export function checkTensor(who: string, name: string, value: tf.Tensor, rule: TensorRule): void {
  const dtype = rule.dtype ?? 'float32';
  const { shape } = rule;
  const described = `[${shape === '...' ? '...' : shape.join(', ')}]`;
  const fits = (): boolean => {
    if (typeof value !== 'object' || value === null || !Array.isArray(value.shape) || value.dtype !== dtype)
      return false;
    if (shape === '...') return true;
    const open = shape[0] === '...';
    const wanted = open ? shape.slice(1) : shape;
    const actual = open ? value.shape.slice(-wanted.length) : value.shape;
    return actual.length === wanted.length && wanted.every((size, i) => typeof size === 'string' || size === actual[i]);
  };
  if (!fits()) {
    throw new ShapeError({ who, rule: `${name} must be ${dtype} ${described}`, received: describeTensor(value) });
  }
}
