import * as tf from '@tensorflow/tfjs';
import { attentionMask } from './attention-mask.ts';
import type { AttentionMaskInputs, AttentionSizes } from './attention-options.ts';
import { dropoutMask } from './dropout.reference.ts';
import type { AttentionAttributes } from './kernels.ts';
import { batchProduct } from './matrix-product.ts';
import { runOp } from './run-op.ts';

/**
 * `[batch, time, heads, dim]` to `[batch * kvHeads, group * time, dim]`: the queries of the heads that share a key head lie
 * below each other, so that grouped attention needs no copies of keys and values.
 */
function gatherHeads(x: tf.Tensor4D, kvHeads: number): tf.Tensor3D {
  const [batch, time, heads, dim] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * kvHeads, (heads / kvHeads) * time, dim]);
}

function scatterHeads(x: tf.Tensor3D, batch: number, time: number, heads: number): tf.Tensor4D {
  return tf.transpose(tf.reshape(x, [batch, heads, time, x.shape[2]]), [0, 2, 1, 3]);
}

/** The weights `[batch, heads, queryTime, keyTime]` before dropout, and the tanh of capped scores. */
function weightsOf(
  scaledQuery: tf.Tensor3D,
  key: tf.Tensor3D,
  sizes: AttentionSizes,
  attributes: AttentionAttributes,
  inputs: AttentionMaskInputs,
): { readonly weights: tf.Tensor4D; readonly capped: tf.Tensor4D | undefined } {
  const { batch, heads, queryTime, keyTime } = sizes;
  const { softCap } = attributes;
  let scores: tf.Tensor4D = tf.reshape(batchProduct(scaledQuery, key, { b: true }), [batch, heads, queryTime, keyTime]);
  let capped: tf.Tensor4D | undefined;
  if (softCap > 0) {
    capped = tf.tanh(tf.div(scores, softCap));
    scores = tf.mul(capped, softCap);
  }
  const { bias, seesAny } = attentionMask(sizes, attributes, inputs);
  if (bias !== undefined) scores = tf.add(scores, bias);
  const weights = tf.softmax(scores);
  return { weights: seesAny === undefined ? weights : tf.mul(weights, seesAny), capped };
}

/** `attentionWeights` in plain TensorFlow.js ops. Has no gradient. */
export function attentionWeightsReference(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  sizes: AttentionSizes,
  attributes: AttentionAttributes,
  inputs: AttentionMaskInputs,
): tf.Tensor4D {
  const scaled = gatherHeads(tf.mul(query, attributes.scale), sizes.kvHeads);
  return weightsOf(scaled, gatherHeads(key, sizes.kvHeads), sizes, attributes, inputs).weights;
}

/** `attention` in plain TensorFlow.js ops; holds the whole matrix of weights. */
export function attentionReference(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  sizes: AttentionSizes,
  attributes: AttentionAttributes,
  inputs: AttentionMaskInputs,
): tf.Tensor4D {
  const { batch, queryTime, keyTime, heads, kvHeads } = sizes;
  const { scale, dropoutRate, dropoutKeys } = attributes;
  const products: [number, number, number] = [batch * kvHeads, (heads / kvHeads) * queryTime, keyTime];
  const forward = (): { value: tf.Tensor; saved: tf.Tensor[] } => {
    const scaled = gatherHeads(tf.mul(query, scale), kvHeads);
    const keys = gatherHeads(key, kvHeads);
    const values = gatherHeads(value, kvHeads);
    const { weights, capped } = weightsOf(scaled, keys, sizes, attributes, inputs);
    const flat: tf.Tensor3D = tf.reshape(weights, products);
    const saved: tf.Tensor[] = [scaled, keys, values, flat];
    let used = flat;
    if (dropoutRate > 0) {
      const mask = tf.tensor3d(dropoutMask(dropoutRate, dropoutKeys, batch, heads * queryTime * keyTime), products);
      used = tf.mul(flat, mask);
      saved.push(mask);
    }
    if (capped !== undefined) saved.push(tf.reshape(capped, products));
    const mixed = batchProduct(used, values);
    return { value: scatterHeads(mixed, batch, queryTime, heads), saved };
  };
  return runOp('attention', { query, key, value }, forward, (dy, saved) => {
    const [scaled, keys, values, weights] = saved as tf.Tensor3D[] as [
      tf.Tensor3D,
      tf.Tensor3D,
      tf.Tensor3D,
      tf.Tensor3D,
    ];
    const mask = dropoutRate > 0 ? (saved[4] as tf.Tensor3D) : undefined;
    const capped = attributes.softCap > 0 ? (saved[saved.length - 1] as tf.Tensor3D) : undefined;
    const dOutput = (): tf.Tensor3D => gatherHeads(dy as tf.Tensor4D, kvHeads);
    let shared: tf.Tensor3D | undefined;
    // Gradient of the scores, for queries and keys: kept between the two and freed with the tape.
    const dScores = (): tf.Tensor3D => {
      if (shared !== undefined) return shared;
      shared = tf.tidy(() => {
        let dWeights = batchProduct(dOutput(), values, { b: true });
        if (mask !== undefined) dWeights = tf.mul(dWeights, mask);
        const product: tf.Tensor3D = tf.mul(dWeights, weights);
        const rowSums: tf.Tensor3D = tf.sum(product, 2, true);
        const result: tf.Tensor3D = tf.sub(product, tf.mul(weights, rowSums));
        const uncapped: tf.Tensor3D = capped === undefined ? result : tf.mul(result, tf.sub(1, tf.square(capped)));
        return tf.keep(uncapped);
      });
      saved.push(shared);
      return shared;
    };
    return {
      query: () => tf.mul(scatterHeads(batchProduct(dScores(), keys), batch, queryTime, heads), scale),
      key: () => scatterHeads(batchProduct(dScores(), scaled, { a: true }), batch, keyTime, kvHeads),
      value: () => {
        const used: tf.Tensor3D = mask === undefined ? weights : tf.mul(weights, mask);
        return scatterHeads(batchProduct(used, dOutput(), { a: true }), batch, keyTime, kvHeads);
      },
    };
  }) as tf.Tensor4D;
}
