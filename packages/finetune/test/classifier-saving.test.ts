import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { DisposedError, FormatError, MemoryFileStore } from '@gptloom/core';
import { SequenceClassifier } from '@gptloom/finetune';
import { encodeSafetensors } from '@gptloom/formats';
import { GptModel } from '@gptloom/gpt-model';
import { ByteTokenizer, loadTokenizer } from '@gptloom/tokenizer';

const config = { vocabSize: 258, maxSeqLen: 4, numLayers: 1, numHeads: 1, embedDim: 4 };
const tokenizer = new ByteTokenizer();

/** Every change after the first `allowed` fails. */
class FailingStore extends MemoryFileStore {
  allowed = Infinity;
  override async write(...parameters: Parameters<MemoryFileStore['write']>): Promise<void> {
    if (this.allowed-- <= 0) throw new Error('out of changes');
    await super.write(...parameters);
  }
  override async remove(path: string): Promise<void> {
    if (this.allowed-- <= 0) throw new Error('out of changes');
    await super.remove(path);
  }
}

function classifierOf(seed: number, labels: readonly string[]): SequenceClassifier {
  return new SequenceClassifier(new GptModel(config, { seed }), { labels, seed });
}

async function answerOf(classifier: SequenceClassifier): Promise<unknown> {
  const [found] = await classifier.classify(['ab'], { tokenizer });
  return { labels: classifier.labels, probabilities: [...found!.probabilities] };
}

describe('saving a classifier over another', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  test('an interruption anywhere never mixes two classifiers', async () => {
    const [older, newer] = [classifierOf(1, ['a', 'b']), classifierOf(2, ['c', 'd'])];
    const [before, after] = [await answerOf(older), await answerOf(newer)];
    const outcomes: string[] = [];
    for (let allowed = 0; ; allowed++) {
      const store = new FailingStore();
      await older.save(store, { tokenizer });
      store.allowed = allowed;
      const error: unknown = await newer.save(store, { tokenizer }).catch((caught: unknown) => caught);
      const loaded = await SequenceClassifier.fromPretrained(store).catch(() => undefined);
      const answer = loaded === undefined ? undefined : await answerOf(loaded);
      expect([undefined, before, after]).toContainEqual(answer);
      outcomes.push(answer === undefined ? 'none' : JSON.stringify(answer) === JSON.stringify(after) ? 'new' : 'old');
      if (error === undefined) break;
    }
    expect(outcomes.join(' ')).toMatch(/^old (none ){6,}new$/);
  });

  test('a language model saved over a classifier leaves no classifier', async () => {
    const store = new MemoryFileStore();
    await classifierOf(1, ['a', 'b']).save(store, { tokenizer });
    await new GptModel(config, { seed: 2 }).save(store, { tokenizer });
    await expect(SequenceClassifier.fromPretrained(store)).rejects.toThrow(/must hold classifier.json/);
    expect((await loadTokenizer(store)).fingerprint).toBe(tokenizer.fingerprint);
  });

  test('a disposed head is refused before the older classifier is touched', async () => {
    const store = new MemoryFileStore();
    const older = classifierOf(1, ['a', 'b']);
    await older.save(store, { tokenizer });
    const newer = classifierOf(2, ['a', 'b']);
    newer.head.dispose();
    await expect(newer.save(store, { tokenizer })).rejects.toThrow(DisposedError);
    expect(await answerOf(await SequenceClassifier.fromPretrained(store))).toEqual(await answerOf(older));
  });

  test('a head with a number that is not finite is refused by its index', async () => {
    const store = new MemoryFileStore();
    await classifierOf(1, ['a', 'b']).save(store, { tokenizer });
    const data = new Float32Array(8).fill(1);
    data[6] = NaN;
    const head = encodeSafetensors({ 'head.weight': { dtype: 'F32', shape: [2, 4], data } });
    await store.write('classifier.safetensors', head);
    const before = tf.memory().numTensors;
    const loading = SequenceClassifier.fromPretrained(store);
    await expect(loading).rejects.toThrow(FormatError);
    await expect(loading).rejects.toThrow('must be a finite number; received NaN in head.weight at [1, 2]');
    expect(tf.memory().numTensors).toBe(before);
  });
});
