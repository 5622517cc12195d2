import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { CreateContestant } from '../harness/contestant.ts';
import { configurationA, optimizerA, randomTokens } from './configuration-a.ts';
import { createPlainGpt } from './plain-gpt.ts';

/** The step as written by hand in plain TensorFlow.js on its wasm backend. */
export const create: CreateContestant = async () => {
  await tf.setBackend('wasm');
  const { batchSize, maxSeqLen } = configurationA;
  const { variables, loss } = createPlainGpt();
  const moments = new Map(
    variables.map(({ name, shape }) => [name, [tf.variable(tf.zeros(shape)), tf.variable(tf.zeros(shape))] as const]),
  );
  const tokens = randomTokens(100_000);
  let step = 0;
  let lastLoss = Number.NaN;
  return {
    versions: { tensorflow: tf.version_core },
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
  const { learningRate, beta1, beta2, eps, weightDecay, maxGradNorm } = optimizerA;
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
