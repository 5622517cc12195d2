import { nextTick, TokenizerError } from '@gptloom/core';
import { expect, test } from 'vitest';
import { encoded } from '../test/encoded.ts';
import { WordCounterThread } from './word-counter-thread.ts';
import { wordTexts } from './word-counts.ts';
import type { WordRules } from './word-cutter.ts';

async function started(rules: WordRules): Promise<WordCounterThread> {
  const thread = new WordCounterThread(rules, () => undefined);
  while (!thread.isFree) await nextTick();
  return thread;
}

test('counts on a thread of its own, by a pattern', async () => {
  const thread = await started({ pattern: 'cl100k' });
  thread.count(encoded('to be', 'or'));
  thread.count(encoded('or', 'not to be'));
  const words = (await thread.finish())!;
  await thread.end();
  expect(Object.fromEntries(Array.from(wordTexts(words), (word, i) => [word, words.frequencies[i]]))).toEqual({
    to: 1,
    ' be': 2,
    or: 2,
    not: 1,
    ' to': 1,
  });
});

test('counts by the parts of a tokenizer.json', async () => {
  const thread = await started({ normalizer: { type: 'Lowercase' }, preTokenizer: { type: 'Whitespace' } });
  thread.count(encoded('To be, to BE'));
  const words = (await thread.finish())!;
  await thread.end();
  expect([...wordTexts(words)]).toEqual(['to', 'be', ',']);
  expect([...words.frequencies]).toEqual([2, 2, 1]);
});

test('takes few batches at once', async () => {
  const thread = await started({ pattern: 'gpt2' });
  for (let i = 0; i < 3; i++) thread.count(encoded('a '.repeat(100_000)));
  expect(thread.isFree).toBe(false);
  await thread.end();
});

test('a thread that never starts is left out, one that fails at work is an error', async () => {
  const unready = new WordCounterThread({ pattern: 'gpt2' }, () => undefined);
  expect(unready.isFree).toBe(false);
  expect(await unready.finish()).toBeUndefined();
  await unready.end();
  const failing = await started({ pattern: 'gpt2' });
  failing.count({ ...encoded('a'), ends: Int32Array.of(5000) });
  await expect(failing.finish()).rejects.toThrow(TokenizerError);
  expect(() => failing.isFree).toThrow('must not fail');
  await failing.end();
});
