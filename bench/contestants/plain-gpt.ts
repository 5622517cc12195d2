import * as tf from '@tensorflow/tfjs';
import type { StepConfiguration } from './configurations.ts';

/** A GPT as a user of TensorFlow.js would write it, without a line of gptloom. */
export function createPlainGpt({ numLayers, numHeads, embedDim, maxSeqLen, batchSize, vocabSize }: StepConfiguration): {
  readonly variables: tf.Variable[];
  /** Mean cross entropy of token ids `[batch * time]`. */
  readonly loss: (inputs: tf.Tensor1D, targets: tf.Tensor1D) => tf.Scalar;
} {
  const headDim = embedDim / numHeads;
  const rows = batchSize * maxSeqLen;
  const variables: tf.Variable[] = [];
  const declare = (value: tf.Tensor): tf.Tensor2D => {
    const variable = tf.variable(value);
    variables.push(variable);
    return variable as tf.Tensor as tf.Tensor2D;
  };
  const matrix = (from: number, to: number, std = 0.02): tf.Tensor2D =>
    declare(tf.randomNormal([from, to], 0, std, 'float32', variables.length + 1));
  const norm = (): tf.Tensor2D => declare(tf.ones([embedDim]));

  const residualStd = 0.02 / Math.sqrt(2 * numLayers);
  const tokenEmbedding = matrix(vocabSize, embedDim);
  const positionEmbedding = matrix(maxSeqLen, embedDim);
  const blocks = Array.from({ length: numLayers }, () => ({
    attentionNorm: norm(),
    query: matrix(embedDim, embedDim),
    key: matrix(embedDim, embedDim),
    value: matrix(embedDim, embedDim),
    output: matrix(embedDim, embedDim, residualStd),
    feedForwardNorm: norm(),
    up: matrix(embedDim, 4 * embedDim),
    down: matrix(4 * embedDim, embedDim, residualStd),
  }));
  const finalNorm = norm();
  const hidden = tf.linalg.bandPart(tf.ones([maxSeqLen, maxSeqLen]), -1, 0);
  const mask = tf.mul(tf.sub(hidden, 1), 1e9);

  const toHeads = (x: tf.Tensor2D): tf.Tensor3D => {
    const split = tf.transpose(tf.reshape(x, [batchSize, maxSeqLen, numHeads, headDim]), [0, 2, 1, 3]);
    return tf.reshape(split, [batchSize * numHeads, maxSeqLen, headDim]);
  };
  const fromHeads = (x: tf.Tensor): tf.Tensor2D => {
    const split = tf.transpose(tf.reshape(x, [batchSize, numHeads, maxSeqLen, headDim]), [0, 2, 1, 3]);
    return tf.reshape(split, [rows, embedDim]);
  };
  // The wasm backend can not differentiate `gather`: there, a product with one-hot rows.
  const lookUp = (ids: tf.Tensor1D): tf.Tensor =>
    tf.getBackend() === 'wasm'
      ? tf.matMul(tf.oneHot(ids, vocabSize).toFloat() as tf.Tensor2D, tokenEmbedding)
      : tf.gather(tokenEmbedding, ids);

  const loss = (inputs: tf.Tensor1D, targets: tf.Tensor1D): tf.Scalar => {
    const tokens = lookUp(inputs);
    const embedded = tf.add(tf.reshape(tokens, [batchSize, maxSeqLen, embedDim]), positionEmbedding);
    let x = tf.reshape(embedded, [rows, embedDim]) as tf.Tensor2D;
    for (const block of blocks) {
      const normed = layerNorm(x, block.attentionNorm);
      const [query, key, value] = [block.query, block.key, block.value].map((w) => toHeads(tf.matMul(normed, w)));
      const scores = tf.mul(tf.matMul(query!, key!, false, true), 1 / Math.sqrt(headDim));
      const attended = tf.matMul(tf.softmax(tf.add(scores, mask)), value!);
      x = tf.add(x, tf.matMul(fromHeads(attended), block.output));
      const up = gelu(tf.matMul(layerNorm(x, block.feedForwardNorm), block.up));
      x = tf.add(x, tf.matMul(up, block.down));
    }
    const logits = tf.matMul(layerNorm(x, finalNorm), tokenEmbedding, false, true);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(targets, vocabSize), logits) as tf.Scalar;
  };
  return { variables, loss };
}

function layerNorm(x: tf.Tensor2D, weight: tf.Tensor): tf.Tensor2D {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), weight) as tf.Tensor2D;
}

function gelu(x: tf.Tensor2D): tf.Tensor2D {
  const inner = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1)) as tf.Tensor2D;
}
