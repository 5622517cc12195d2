import * as tf from '@tensorflow/tfjs';
import { selectBackend } from 'gptloom';
import type { CreateContestant } from '../harness/contestant.ts';
import { randomTokens, stepOptimizer, type StepConfiguration } from './configurations.ts';
import { createPlainGpt } from './plain-gpt.ts';

/** The step as written by hand in plain TensorFlow.js ops: `['wasm' | 'node', configuration as JSON]`. */
export const create: CreateContestant = async ([name, json]) => {
  // Only finds and starts the backend.
  const backend = await selectBackend(name as 'wasm' | 'node');
  const configuration = JSON.parse(json!) as StepConfiguration;
  const { batchSize, maxSeqLen, vocabSize } = configuration;
  const { variables, loss } = createPlainGpt(configuration);
  const moments = new Map(
    variables.map(({ name, shape }) => [name, [tf.variable(tf.zeros(shape)), tf.variable(tf.zeros(shape))] as const]),
  );
  const tokens = randomTokens(100_000, vocabSize);
  let step = 0;
  let lastLoss = Number.NaN;
  return {
    versions: { backend: backend.description, tensorflow: tf.version_core },
    async perform() {
      const size = batchSize * maxSeqLen;
      const start = (step * size) % (tokens.length - size - 1);
      step += 1;
      const value = tf.tidy(() => {
        const inputs = tf.tensor1d(tokens.subarray(start, start + size), 'int32');
        const targets = tf.tensor1d(tokens.subarray(start + 1, start + 1 + size), 'int32');
        const { value, grads } = tf.variableGrads(() => loss(inputs, targets), variables);
        update(variables, grads, moments, step);
        return value;
      });
      lastLoss = (await value.data())[0]!;
      value.dispose();
    },
    check: () => `loss ${lastLoss.toFixed(2)}`,
  };
};

type Moments = ReadonlyMap<string, readonly [tf.Variable, tf.Variable]>;

// Clipping stays on the device: one wait a step, for the loss.
function update(variables: readonly tf.Variable[], gradients: tf.NamedTensorMap, moments: Moments, step: number): void {
  const { learningRate, beta1, beta2, eps, weightDecay, maxGradNorm } = stepOptimizer;
  const norm = tf.sqrt(tf.addN(variables.map(({ name }) => tf.sum(tf.square(gradients[name]!)))));
  const clip = tf.minimum(1, tf.div(maxGradNorm, tf.add(norm, 1e-6)));
  for (const variable of variables) {
    const gradient = tf.mul(gradients[variable.name]!, clip);
    const [mean, square] = moments.get(variable.name)!;
    mean.assign(tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1)));
    square.assign(tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
    const denominator = tf.add(tf.sqrt(tf.div(square, 1 - beta2 ** step)), eps);
    const direction = tf.div(tf.div(mean, 1 - beta1 ** step), denominator);
    const kept = variable.rank > 1 ? tf.mul(variable, 1 - learningRate * weightDecay) : variable;
    variable.assign(tf.sub(kept, tf.mul(direction, learningRate)));
  }
}
