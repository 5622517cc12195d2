import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { BackendName } from '@gptloom/backend';
import type { TokenBatch } from '@gptloom/core';
import { GptModel } from '@gptloom/gpt-model';
import { namedParameters } from '@gptloom/layers';
import { adamW, TokenDataset, Trainer } from '@gptloom/trainer';
import { describe, expect, it } from 'vitest';
import { startBackend } from './start-backend.ts';
import { findDeviation, tolerances } from './tolerances.ts';

/** A small random GPT-2 of transformers, with its logits and loss; see tools/reference/gpt_model_golden.py. */
const folder = join(import.meta.dirname, '../../gpt-model/test/golden');

interface GoldenModel {
  readonly ids: number[][];
  readonly targets: number[][];
  readonly logits: number[];
  readonly lossSum: number;
  readonly greedy: number[];
}

/** The suite of a whole model that every backend must pass: parity, training, cached generation, no tensor left behind. */
export async function describeModel(name: BackendName): Promise<void> {
  const missing = await startBackend(name);
  const title = `a model on ${name}`;
  describe.skipIf(missing !== undefined)(missing === undefined ? title : `${title} (needs ${missing})`, () => {
    it('gives the logits, the loss and the greedy continuation of transformers, and frees everything', async () => {
      const golden = JSON.parse(readFileSync(join(folder, 'gpt2-tiny.json'), 'utf8')) as GoldenModel;
      const before = tf.memory().numTensors;
      const model = await GptModel.fromPretrained(join(folder, 'gpt2-tiny'));
      const owned = tf.memory().numTensors - before;
      expect(owned).toBe(namedParameters(model).size);

      const logits = model.logits(golden.ids);
      expect(findDeviation(await logits.data(), golden.logits, tolerances.modelLogits)).toBeUndefined();
      const [rows, time] = logits.shape;
      const batch: TokenBatch = {
        rows,
        time,
        inputIds: Int32Array.from(golden.ids.flat()),
        targets: Int32Array.from(golden.targets.flat()),
        lengths: new Int32Array(rows).fill(time),
        globalRows: Int32Array.from({ length: rows }, (_, row) => row),
      };
      const lossSum = tf.tidy(() => model.lossSum(batch, model.contextFor(batch, {})));
      expect(findDeviation(await lossSum.data(), [golden.lossSum], tolerances.modelLoss)).toBeUndefined();

      const prompt = golden.ids[0]!.slice(0, 4);
      const { tokens } = await model.generate(prompt, { maxNewTokens: golden.greedy.length - 4, temperature: 0 });
      expect([...prompt, ...tokens]).toEqual(golden.greedy);
      tf.dispose([logits, lossSum]);
      expect(tf.memory().numTensors).toBe(before + owned);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    it('learns a sequence by heart and says it', async () => {
      const before = tf.memory().numTensors;
      const sequence = [3, 14, 1, 5, 9, 2, 6, 13, 8, 10, 7, 11, 4];
      const config = { vocabSize: 16, maxSeqLen: 12, numLayers: 1, numHeads: 2, embedDim: 16 };
      const model = new GptModel(config, { seed: 1 });
      const owned = tf.memory().numTensors - before;
      const trainer = new Trainer(model, { optimizer: adamW({ learningRate: 2e-2 }), batchSize: 1, steps: 60 });
      const losses: number[] = [];
      for await (const event of trainer.fit({ train: TokenDataset.fromTokens(sequence, { sequenceLength: 12 }) })) {
        if (event.type === 'step') losses.push(event.loss);
      }
      expect(losses[0]).toBeGreaterThan(2.5);
      expect(losses.at(-1)).toBeLessThan(0.05);
      const { tokens } = await model.generate(sequence.slice(0, 2), { maxNewTokens: 10, temperature: 0 });
      expect(tokens).toEqual(sequence.slice(2, 12));
      expect(tf.memory().numTensors).toBe(before + owned);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}
