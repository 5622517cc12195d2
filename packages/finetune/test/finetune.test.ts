import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, MemoryFileStore, TokenizerError } from '@gptloom/core';
import { alpacaTemplate, answerPrompt, questionTemplate, SequenceClassifier } from '@gptloom/finetune';
import { GptModel } from '@gptloom/gpt-model';
import { setTrainable } from '@gptloom/layers';
import { CharTokenizer } from '@gptloom/tokenizer';
import { adamW, LabelDataset, PromptDataset, Trainer } from '@gptloom/trainer';

const tokenizer = CharTokenizer.train('abcdefghijklmnopqrstuvwxyz ?:\nQA.');
const newModel = (seed: number): GptModel =>
  new GptModel({ vocabSize: tokenizer.vocabSize, maxSeqLen: 32, numLayers: 2, numHeads: 2, embedDim: 32 }, { seed });

// The last letter decides, whatever letters the text has: only order tells.
const examples = ['aab', 'aba', 'baa', 'bab', 'bba', 'abb', 'cab', 'cba', 'bca', 'acb'].map((text) => ({
  text,
  label: text.endsWith('a') ? 'ends in a' : 'ends in b',
}));
const labels = ['ends in a', 'ends in b'];

describe('SequenceClassifier', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  test('learns a label that word counts can not tell, comes back from its directory, and leaves nothing', async () => {
    const before = tf.memory().numTensors;
    const classifier = new SequenceClassifier(newModel(1), { labels, seed: 2 });
    const train = LabelDataset.fromExamples(examples, tokenizer, { labels, sequenceLength: 8 });
    const held = tf.memory().numTensors;
    const optimizer = adamW({ learningRate: 3e-3 });
    const { trainLoss } = await new Trainer(classifier, { optimizer, batchSize: 10, steps: 60 }).fit({ train });
    expect(trainLoss).toBeLessThan(0.05);
    const texts = examples.map(({ text }) => text);
    const results = await classifier.classify(texts, { tokenizer, batchSize: 3 });
    expect(results.map(({ label }) => label)).toEqual(examples.map(({ label }) => label));
    for (const { probabilities } of results) expect(probabilities[0]! + probabilities[1]!).toBeCloseTo(1, 5);

    const store = new MemoryFileStore();
    await classifier.save(store, { tokenizer });
    const loaded = await SequenceClassifier.fromPretrained(store);
    expect(await loaded.classify(texts, { tokenizer, batchSize: 3 })).toEqual(results);
    expect(tf.memory().numTensors).toBe(held + (held - before));
    classifier.dispose();
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('reads the last real token: padding and neighbours change nothing', async () => {
    const classifier = new SequenceClassifier(newModel(1), { labels });
    const [alone] = await classifier.classify(['aab'], { tokenizer });
    const [padded] = await classifier.classify(['aab', 'abcabcabcabc'], { tokenizer });
    padded!.probabilities.forEach((p, i) => expect(p).toBeCloseTo(alone!.probabilities[i]!, 6));
    expect(await classifier.classify([], { tokenizer })).toEqual([]);
  });

  test('the head is drawn and the language model keeps its values', async () => {
    const model = newModel(1);
    const before = await model.tokenEmbedding.weight.value.data();
    const classifier = new SequenceClassifier(model, { labels, seed: 9 });
    expect(await model.tokenEmbedding.weight.value.data()).toEqual(before);
    setTrainable(classifier, false, (path) => path.startsWith('model.'));
    const train = LabelDataset.fromExamples(examples, tokenizer, { labels, sequenceLength: 8 });
    await new Trainer(classifier, { optimizer: adamW({ learningRate: 0.1 }), batchSize: 5, steps: 2 }).fit({ train });
    expect(await model.tokenEmbedding.weight.value.data()).toEqual(before);
  });

  test('bad labels and directories are refused', async () => {
    for (const bad of [[], ['a'], ['a', 'a'], ['a', '']]) {
      expect(() => new SequenceClassifier(newModel(1), { labels: bad })).toThrow(ConfigError);
    }
    const store = new MemoryFileStore();
    await newModel(1).save(store);
    await expect(SequenceClassifier.fromPretrained(store)).rejects.toThrow(/classifier.json/);
    await store.write('classifier.json', new TextEncoder().encode('{"labels": 3}'));
    await expect(SequenceClassifier.fromPretrained(store)).rejects.toThrow(/labels/);
  });
});

describe('prompts and answers', () => {
  test('are learned by heart through a template, and answered through it', async () => {
    await tf.setBackend('cpu');
    const model = newModel(3);
    const pairs = [
      { prompt: 'who?', answer: ' ann.' },
      { prompt: 'where?', answer: ' at sea.' },
    ];
    const train = PromptDataset.fromExamples(pairs, tokenizer, {
      sequenceLength: 32,
      template: (prompt) => `Q: ${prompt}\nA:`,
    });
    const optimizer = adamW({ learningRate: 5e-3 });
    await new Trainer(model, { optimizer, batchSize: 2, steps: 60 }).fit({ train });
    for (const { prompt, answer } of pairs) {
      const run = answerPrompt(model, prompt, { tokenizer, template: (p) => `Q: ${p}\nA:` });
      const pieces: string[] = [];
      for await (const piece of run) pieces.push(piece);
      expect(pieces.join('')).toBe(answer);
      expect(await run).toMatchObject({ text: answer, reason: 'end' });
    }
    expect(() => answerPrompt(model, 'x', { tokenizer, template: 'Q' as never })).toThrow(ConfigError);
    const larger = CharTokenizer.train('abcdefghijklmnopqrstuvwxyz ?:\nQA.ABCDEFG');
    expect(() => answerPrompt(model, 'x', { tokenizer: larger })).toThrow(TokenizerError);
    model.dispose();
  });

  test('the templates frame a prompt', () => {
    expect(questionTemplate('Where is Ann?')).toBe('Question: Where is Ann?\nAnswer:');
    expect(alpacaTemplate('Sing.')).toMatch(
      /^Below is an instruction.*\n\n### Instruction:\nSing\.\n\n### Response:\n$/s,
    );
  });
});
