import * as tf from '@tensorflow/tfjs';
import type { LinearCrossEntropyAttributes } from './kernels.ts';
import { matrixProduct } from './matrix-product.ts';
import { runOp } from './run-op.ts';

/** Most logits held at once: 4 Mi floats are 16 MiB. */
const maxLogits = 2 ** 22;

/** Rows of one chunk, so that its logits stay below the limit. */
export function chunkRows(tokens: number, vocabSize: number, limit: number = maxLogits): number {
  return Math.max(1, Math.min(tokens, Math.floor(limit / vocabSize)));
}

/** `[rows, vocabSize]`. `tf.oneHot` refuses a single class. */
function oneHot(classes: tf.Tensor1D, vocabSize: number): tf.Tensor {
  return vocabSize === 1 ? tf.ones([classes.shape[0], 1]) : tf.oneHot(classes, vocabSize).toFloat();
}

/**
 * `linearCrossEntropy` in plain TensorFlow.js ops. Rows go in chunks; the gradient computes the logits of a chunk again
 * instead of keeping all.
 */
export function linearCrossEntropyReference(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  targets: tf.Tensor1D,
  { softCap, ignoreIndex }: LinearCrossEntropyAttributes,
  logitsLimit: number = maxLogits,
): tf.Tensor1D {
  const [tokens, dim] = hidden.shape;
  const vocabSize = weight.shape[0];
  const rows = chunkRows(tokens, vocabSize, logitsLimit);
  const starts = Array.from({ length: Math.ceil(tokens / rows) }, (_, i) => i * rows);
  const cut = <T extends tf.Tensor>(tensor: T, start: number): T =>
    starts.length === 1 ? tensor : tf.slice(tensor, start, Math.min(rows, tokens - start));
  const cap = (logits: tf.Tensor): tf.Tensor =>
    softCap > 0 ? tf.mul(tf.tanh(tf.div(logits, softCap)), softCap) : logits;

  const forward = (): { value: tf.Tensor; saved: tf.Tensor[] } => {
    const weightColumns = tf.transpose(weight);
    const counted = tf.notEqual(targets, ignoreIndex);
    const chosen = tf.mul(targets, counted.toInt()) as tf.Tensor1D;
    const logSumExp = tf.concat1d(
      starts.map((start) =>
        tf.tidy(() => {
          const logits = cap(tf.matMul(cut(hidden, start), weightColumns));
          const largest = tf.max(logits, 1, true);
          const sum = tf.sum(tf.exp(tf.sub(logits, largest)), 1);
          return tf.add(tf.log(sum), tf.reshape(largest, [-1])) as tf.Tensor1D;
        }),
      ),
    );
    // The target's logit alone, from its row of the head: no one-hot matrix.
    const targetLogit = cap(tf.sum(tf.mul(hidden, tf.gatherND(weight, tf.reshape(chosen, [-1, 1]))), 1));
    // Its rounding differs from that of the product, so a loss next to 0 could come out just below. A product with 0 or
    // 1 keeps a NaN, which `relu` on wasm would turn into 0: a loss that looks perfect.
    const distance = tf.sub(logSumExp, targetLogit);
    const losses = tf.mul(distance, tf.logicalAnd(counted, tf.greater(distance, 0)).toFloat());
    return { value: losses, saved: [hidden, weight, chosen, counted.toFloat(), logSumExp] };
  };

  return runOp('linearCrossEntropy', { hidden, weight }, forward, (dy, saved) => {
    const [states, head, chosen, counted, logSumExp] = saved as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    const chunk = (start: number): tf.Tensor2D => {
      const logits = matrixProduct(cut(states, start), head, { b: true });
      const capped = softCap > 0 ? tf.tanh(tf.div(logits, softCap)) : undefined;
      const final = capped === undefined ? logits : tf.mul(capped, softCap);
      const probabilities = tf.exp(tf.sub(final, tf.reshape(cut(logSumExp, start), [-1, 1])));
      const error = tf.sub(probabilities, oneHot(cut(chosen, start), vocabSize));
      const weighted = tf.mul(error, tf.reshape(tf.mul(cut(dy as tf.Tensor1D, start), cut(counted, start)), [-1, 1]));
      return (capped === undefined ? weighted : tf.mul(weighted, tf.sub(1, tf.square(capped)))) as tf.Tensor2D;
    };
    let whole: tf.Tensor2D | undefined;
    // A single chunk serves both gradients; of several, none is kept.
    const dLogits = (start: number): tf.Tensor2D => {
      if (starts.length > 1) return chunk(start);
      if (whole === undefined) {
        whole = tf.tidy(() => tf.keep(chunk(start)));
        saved.push(whole);
      }
      return whole;
    };
    return {
      hidden: () =>
        tf.concat2d(
          starts.map((start) => tf.tidy(() => matrixProduct(dLogits(start), head))),
          0,
        ),
      weight: () => {
        let sum: tf.Tensor2D | undefined;
        for (const start of starts) {
          const previous = sum;
          sum = tf.tidy(() => {
            const part = matrixProduct(dLogits(start), cut(states, start), { a: true });
            return previous === undefined ? part : tf.add(previous, part);
          });
          previous?.dispose();
        }
        return sum ?? tf.zeros([vocabSize, dim]);
      },
    };
  }) as tf.Tensor1D;
}
