import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  linearCrossEntropyGradKernel,
  linearCrossEntropyKernel,
  type LinearCrossEntropyAttributes,
} from '@gptloom/ops';
import { startGuardedSimd } from './guard-blocks.ts';

let guards: Awaited<ReturnType<typeof startGuardedSimd>>;
beforeAll(async () => {
  guards = await startGuardedSimd();
});
afterAll(() => tf.removeBackend('simd'));

const run = (name: string, inputs: tf.NamedTensorMap, attributes: LinearCrossEntropyAttributes): tf.Tensor[] =>
  tf.engine().runKernel<tf.Tensor[]>(name, inputs, { ...attributes });

describe('the logits that the head keeps', () => {
  it.each([
    { tokens: 50, vocab: 1000, dim: 40, softCap: 0 },
    { tokens: 210, vocab: 700, dim: 401, softCap: 3 },
    { tokens: 30, vocab: 65, dim: 128, softCap: 0 },
  ])(
    'change no bit of its gradients: $tokens tokens, $vocab words, $dim numbers',
    ({ tokens, vocab, dim, softCap }) => {
      const gradients = [0, 200 * tokens, 400 * tokens, Infinity].map((mostKept) =>
        tf.tidy(() => {
          const attributes = { softCap, ignoreIndex: 7, mostKept };
          const inputs = {
            hidden: tf.randomNormal([tokens, dim], 0, 1, 'float32', 1),
            weight: tf.randomNormal([vocab, dim], 0, 0.3, 'float32', 2),
            targets: tf.randomUniformInt([tokens], 0, vocab, 3).toInt(),
          };
          const [, logSumExp, logits] = run(linearCrossEntropyKernel, inputs, attributes);
          const chunks = Math.min(Math.ceil(vocab / 192), Math.floor(mostKept / (tokens * Math.min(192, vocab))));
          expect(logits?.shape[0] ?? 0).toBe(chunks);
          const dy = tf.randomNormal([tokens], 0, 1, 'float32', 4);
          const kept: tf.NamedTensorMap = logits === undefined ? {} : { logits };
          const results = run(
            linearCrossEntropyGradKernel,
            { ...inputs, dy, logSumExp: logSumExp!, ...kept },
            attributes,
          );
          return results.map((result) => result.dataSync());
        }),
      );
      for (const gradient of gradients.slice(1)) expect(gradient).toEqual(gradients[0]);
      expect(guards.changed()).toBe(0);
    },
  );
});
