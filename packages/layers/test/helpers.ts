import * as tf from '@tensorflow/tfjs';
import { foldIn, randomKey, randomNormal } from '@gptloom/core';
import {
  createForwardContext,
  namedParameters,
  type AnyModule,
  type ForwardContext,
  type ForwardContextOptions,
} from '@gptloom/layers';

/** int32 `[batch, time]`: 0, 1, 2, ... in every row. */
export function columns(batch: number, time: number): tf.Tensor2D {
  return tf.tensor2d(
    Array.from({ length: batch * time }, (_, i) => i % time),
    [batch, time],
    'int32',
  );
}

/** A context of a pass over `[batch, time]` tokens. */
export function contextFor(
  root: AnyModule,
  [batch, time]: readonly [number, number],
  options: Partial<ForwardContextOptions> = {},
): ForwardContext {
  return createForwardContext(root, { positions: columns(batch, time), ...options });
}

/** Seeded normal numbers as a tensor. */
export function noise(shape: readonly number[], seed: number): tf.Tensor3D {
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    randomNormal(foldIn(randomKey(seed), 'noise'), size),
    [...shape] as [number, number, number],
    'float32',
  );
}

/** Gives every parameter normal values of standard deviation 0.5, biases and norms too, so that each of them matters. */
export function randomizeParameters(root: AnyModule, seed = 1): void {
  for (const [path, parameter] of namedParameters(root)) {
    tf.tidy(() => {
      const values = randomNormal(foldIn(randomKey(seed), path), parameter.size).map((value) => value * 0.5);
      parameter.assign(tf.tensor(values, [...parameter.shape], 'float32'));
    });
  }
}

/** The largest absolute difference. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** Runs `work` and gives the number of tensors that it left behind. */
export function tensorsLeftBy(work: () => void): number {
  const before = tf.memory().numTensors;
  work();
  return tf.memory().numTensors - before;
}
