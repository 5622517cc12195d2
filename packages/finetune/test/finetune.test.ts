import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, MemoryFileStore, ShapeError, TokenizerError } from '@gptloom/core';
import { alpacaTemplate, answerPrompt, questionTemplate, SequenceClassifier } from '@gptloom/finetune';
import { GptModel } from '@gptloom/gpt-model';
import { setTrainable } from '@gptloom/layers';
import { CharTokenizer } from '@gptloom/tokenizer';
import { adamW, LabelDataset, PromptDataset, TokenDataset, Trainer } from '@gptloom/trainer';

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

  test('a model whose weights are no numbers gives no label', async () => {
    const classifier = new SequenceClassifier(newModel(1), { labels });
    classifier.head.weight.assign(tf.fill([2, 32], NaN));
    await expect(classifier.classify(['aab'], { tokenizer })).rejects.toThrow(/received NaN for text 0/);
    classifier.dispose();
  });

  test('an auxiliary loss of a layer counts for every row', () => {
    const classifier = new SequenceClassifier(newModel(1), { labels });
    const batch = LabelDataset.fromExamples(examples, tokenizer, { labels, sequenceLength: 8 }).batch([0, 1], [0, 1]);
    const lossWith = (extra: number): number =>
      tf.tidy(() => {
        const context = classifier.contextFor(batch, {});
        context.addLoss(classifier, tf.scalar(extra));
        return classifier.lossSum(batch, context).dataSync()[0]!;
      });
    expect(lossWith(3) - lossWith(1)).toBeCloseTo(2 * batch.rows, 4);
    classifier.dispose();
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

  test('datasets of other labels, of none, and of another tokenizer are refused before the first step', async () => {
    const classifier = new SequenceClassifier(newModel(1), { labels });
    const trainer = new Trainer(classifier, { optimizer: adamW({ learningRate: 0.1 }), batchSize: 2, steps: 1 });
    const made = (names: readonly string[]): LabelDataset =>
      LabelDataset.fromExamples([{ text: 'aab', label: names[0]! }], tokenizer, { labels: names, sequenceLength: 8 });
    const train = made(labels);
    for (const other of [[...labels].reverse(), ['x', 'y'], [...labels, 'z'], ['x', 'y', 'z']]) {
      const both = new RegExp(
        `same order: ${JSON.stringify(labels)}.* received ${JSON.stringify(other)}`.replaceAll('[', '\\['),
      );
      expect(() => trainer.fit({ train: made(other) })).toThrow(both);
      expect(() => trainer.fit({ train, validation: made(other) })).toThrow(both);
      expect(() => trainer.evaluate(made(other))).toThrow(both);
    }
    const tokens = TokenDataset.fromText('abcabc', tokenizer, { sequenceLength: 4 });
    expect(() => trainer.fit({ train: tokens as never })).toThrow(/a dataset with labels; received a TokenDataset/);
    expect(() => classifier.checkDataset(null)).toThrow(ConfigError);

    const { model } = classifier;
    const language = new Trainer(model, { optimizer: adamW({ learningRate: 0.1 }), batchSize: 1, steps: 1 });
    expect(() => language.fit({ train: train as never })).toThrow(/not of labels; received a LabelDataset/);
    model.tokenizerFingerprint = 'another';
    expect(() => trainer.fit({ train })).toThrow(TokenizerError);
    expect(() => language.fit({ train: tokens })).toThrow(TokenizerError);
    expect(() => model.checkDataset(TokenDataset.fromTokens([1, 2, 3], { sequenceLength: 2 }))).not.toThrow();
    model.tokenizerFingerprint = tokenizer.fingerprint;
    expect((await language.fit({ train: tokens })).steps).toBe(1);
    expect((await trainer.fit({ train, validation: train })).steps).toBe(1);
    classifier.dispose();
  });

  test('a batch with a label that is no class is refused', () => {
    const classifier = new SequenceClassifier(newModel(1), { labels });
    const names = ['a', 'b', 'c'];
    const data = LabelDataset.fromExamples([{ text: 'a', label: 'c' }], tokenizer, {
      labels: names,
      sequenceLength: 8,
    });
    const batch = data.batch([0], [0]);
    const before = tf.memory().numTensors;
    expect(() => tf.tidy(() => classifier.lossSum(batch, classifier.contextFor(batch, {})))).toThrow(
      /labels of a batch must be integers from 0 to 1; received 2/,
    );
    const negative = { ...batch, labels: Int32Array.of(-1) };
    expect(() => tf.tidy(() => classifier.lossSum(negative, classifier.contextFor(batch, {})))).toThrow(ShapeError);
    expect(tf.memory().numTensors).toBe(before);
    classifier.dispose();
  });

  test('the empty text is a text of one token, in use and in training', async () => {
    const classifier = new SequenceClassifier(newModel(1), { labels });
    const [alone] = await classifier.classify([''], { tokenizer });
    const [padded] = await classifier.classify(['', 'abc'], { tokenizer });
    alone!.probabilities.forEach((p, i) => expect(p).toBeCloseTo(padded!.probabilities[i]!, 6));
    const train = LabelDataset.fromExamples([{ text: '', label: labels[1]! }], tokenizer, {
      labels,
      sequenceLength: 8,
    });
    expect(train.batch([0], [0]).time).toBe(1);
    await new Trainer(classifier, { optimizer: adamW({ learningRate: 0.01 }), batchSize: 1, steps: 5 }).fit({ train });
    const [trained] = await classifier.classify([''], { tokenizer });
    expect(trained!.probabilities[1]!).toBeGreaterThan(alone!.probabilities[1]!);
    await expect(classifier.classify('aab' as never, { tokenizer })).rejects.toThrow(
      /texts must be an array; received "aab"; try: classify\(\[text\]/,
    );
    classifier.dispose();
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
