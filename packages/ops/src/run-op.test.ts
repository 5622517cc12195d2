import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { runOp, shareGradients } from './run-op.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** `x y` that notes which gradients were computed. */
function product(x: tf.Tensor, y: tf.Tensor, computed: string[] = []): tf.Tensor {
  return runOp(
    'product',
    { x, y },
    () => ({ value: tf.mul(x, y), saved: [x, y] }),
    (dy, [left, right]) => ({
      x: () => (computed.push('x'), tf.mul(dy, right!)),
      y: () => (computed.push('y'), tf.mul(dy, left!)),
    }),
  );
}

describe('runOp', () => {
  it('computes only the gradients that are asked for', () => {
    const computed: string[] = [];
    const frozen = tf.scalar(3);
    const gradient = tf.grad((x: tf.Tensor) => product(x, frozen, computed))(tf.scalar(2));
    expect(gradient.dataSync()[0]).toBe(3);
    expect(computed).toEqual(['x']);
  });

  it('is not confused by a scope named like an op of TensorFlow.js', () => {
    const gradient = tf.grad((x: tf.Tensor) => tf.tidy('Square', () => product(x, tf.scalar(5))))(tf.scalar(2));
    expect(gradient.dataSync()[0]).toBe(5);
  });

  it('adds gradients where both inputs are the same tensor', () => {
    expect(
      tf
        .grad((x: tf.Tensor) => product(x, x))(tf.scalar(3))
        .dataSync()[0],
    ).toBe(6);
  });

  it('leaves nothing behind, taped or not, asked for or pruned', () => {
    const [x, y] = [tf.scalar(2), tf.scalar(3)];
    const before = tf.memory().numTensors;
    product(x, y).dispose();
    tf.grads((a: tf.Tensor, b: tf.Tensor) => product(a, b))([x, y]).forEach((gradient) => gradient.dispose());
    tf.grad((a: tf.Tensor) => {
      product(y, y);
      return tf.square(a);
    })(x).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('shares one computation between gradients and frees what is not asked for', () => {
    let runs = 0;
    const shared = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
      runOp(
        'shared',
        { x, y },
        () => ({ value: tf.mul(x, y), saved: [x, y] }),
        (dy, saved) => {
          const [left, right] = saved;
          const gradient = shareGradients(saved, () => {
            runs++;
            return [tf.mul(dy, right!), tf.mul(dy, left!)];
          });
          return { x: () => gradient(0), y: () => gradient(1) };
        },
      );
    const [x, y] = [tf.scalar(2), tf.scalar(3)];
    const before = tf.memory().numTensors;
    const both = tf.grads((a: tf.Tensor, b: tf.Tensor) => shared(a, b))([x, y]);
    expect(both.map((gradient) => gradient.dataSync()[0])).toEqual([3, 2]);
    expect(runs).toBe(1);
    tf.dispose(both);
    const second = tf.grad((b: tf.Tensor) => shared(x, b))(y);
    expect(second.dataSync()[0]).toBe(2);
    second.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
