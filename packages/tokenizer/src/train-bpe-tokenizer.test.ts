import { ConfigError } from '@gptloom/core';
import { expect, test } from 'vitest';
import type { TrainTokenizerEvent } from './run-training.ts';
import { trainBpeTokenizer, type TrainBpeOptions } from './train-bpe-tokenizer.ts';

const text = 'the cat sat on the mat. the dog sat on the log. '.repeat(20);

async function* later(...texts: string[]): AsyncGenerator<string> {
  for (const one of texts) {
    await Promise.resolve();
    yield one;
  }
}

test('256 bytes, merges, end and pad by default', async () => {
  const tokenizer = await trainBpeTokenizer(text, { vocabSize: 270 });
  expect(tokenizer.vocabSize).toBe(270);
  expect([268, 269].map((id) => tokenizer.tokenOf(id))).toEqual(['<|endoftext|>', '<|pad|>']);
  expect([tokenizer.endToken, tokenizer.padToken]).toEqual([268, 269]);
});

test('special tokens are named by the caller', async () => {
  const options = { vocabSize: 262, endToken: '</s>', padToken: '[PAD]', specialTokens: ['<|user|>'] };
  const tokenizer = await trainBpeTokenizer(text, options);
  expect([259, 260, 261].map((id) => tokenizer.tokenOf(id))).toEqual(['</s>', '[PAD]', '<|user|>']);
  expect(tokenizer.encode('<|user|></s>', { allowedSpecial: 'all' })).toEqual([261, 259]);
});

test('strings, iterables and async iterables give the same; documents do not run together', async () => {
  const whole = await trainBpeTokenizer(text, { vocabSize: 280 });
  const listed = await trainBpeTokenizer([text], { vocabSize: 280 });
  const streamed = await trainBpeTokenizer(later(text), { vocabSize: 280 });
  expect([listed.fingerprint, streamed.fingerprint]).toEqual([whole.fingerprint, whole.fingerprint]);
  const apart = await trainBpeTokenizer(later('a', 'b', 'a', 'b'), { vocabSize: 280 });
  expect(apart.vocabSize).toBe(258);
});

test('a text that runs out of pairs gives a smaller vocabulary', async () => {
  expect((await trainBpeTokenizer('', { vocabSize: 1000 })).vocabSize).toBe(258);
  expect((await trainBpeTokenizer('abc', { vocabSize: 1000 })).vocabSize).toBe(260);
});

test('progress grows and ends at the size of the vocabulary', async () => {
  const words = Array.from({ length: 60_000 }, (_, i) => (i * 2654435761).toString(36)).join(' ');
  const run = trainBpeTokenizer(words, { vocabSize: 4000 });
  const events: TrainTokenizerEvent[] = [];
  for await (const event of run) events.push(event);
  const tokens = events.map((event) => event.tokens);
  expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
  expect(events.at(-1)).toMatchObject({ type: 'progress', tokens: (await run).vocabSize, vocabSize: 4000 });
});

test('an abort signal stops it with its reason, and closes the source of the text', async () => {
  const before = AbortSignal.abort(new Error('before'));
  await expect(trainBpeTokenizer(text, { vocabSize: 300, signal: before })).rejects.toThrow('before');

  const controller = new AbortController();
  let closed = false;
  async function* endless(): AsyncGenerator<string> {
    try {
      for (let i = 0; ; i++) {
        if (i === 3) controller.abort(new Error('enough'));
        yield text;
      }
    } finally {
      closed = true;
    }
  }
  await expect(trainBpeTokenizer(endless(), { vocabSize: 300, signal: controller.signal })).rejects.toThrow('enough');
  expect(closed).toBe(true);
});

test('leaving the events stops it, and there is no result', async () => {
  const run = trainBpeTokenizer(text, { vocabSize: 300 });
  for await (const event of run) {
    expect(event.type).toBe('progress');
    break;
  }
  await expect(run).rejects.toThrow(ConfigError);
});

test.each<[string, TrainBpeOptions, string]>([
  ['too small a vocabulary', { vocabSize: 257 }, 'received 257; try: at least 258'],
  ['room for bytes but not for special tokens', { vocabSize: 258, specialTokens: ['<a>'] }, 'at least 259'],
  ['a fraction', { vocabSize: 300.5 }, 'vocabSize must be a positive integer'],
  ['a negative frequency', { vocabSize: 300, minFrequency: -1 }, 'minFrequency must be a non-negative integer'],
  ['an unknown pattern', { vocabSize: 300, pattern: 'gpt5' as 'gpt2' }, 'pattern must be one of "gpt2"'],
  ['an unknown option', { vocabSize: 300, vocab: 1 } as TrainBpeOptions, "no option 'vocab'"],
  ['the same special token twice', { vocabSize: 300, endToken: '<|pad|>' }, 'must differ from each other'],
  ['an empty special token', { vocabSize: 300, specialTokens: [''] }, 'must be a string that is not empty'],
])('refuses %s', (_, options, message) => {
  expect(() => trainBpeTokenizer(text, options)).toThrow(ConfigError);
  expect(() => trainBpeTokenizer(text, options)).toThrow(message);
});

test('refuses what is not text', async () => {
  expect(() => trainBpeTokenizer(7 as unknown as string, { vocabSize: 300 })).toThrow(
    'string or an iterable of strings',
  );
  await expect(trainBpeTokenizer(['a', 7 as unknown as string], { vocabSize: 300 })).rejects.toThrow(
    'document 1 must be',
  );
});

test('refuses a special token that the text gives by itself', async () => {
  await expect(trainBpeTokenizer(text, { vocabSize: 300, endToken: 'the' })).rejects.toThrow('<|the|>');
});
