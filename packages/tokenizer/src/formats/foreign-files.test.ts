import { FormatError, MemoryFileStore } from '@gptloom/core';
import { expect, test } from 'vitest';
import { golden } from '../../test/golden-files.ts';
import { JsonTokenizer } from '../json-tokenizer.ts';
import { foreignTokenizerFiles } from './foreign-files.ts';

const { models } = golden<{ models: Record<string, { model: string }> }>('training-sentencepiece.json');
const { model } = golden<{ model: string }>('training-llama2c.json');
const { ranks } = golden<{ ranks: string }>('training-tiktoken.json');
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

async function store(files: Record<string, Uint8Array>): Promise<MemoryFileStore> {
  const memory = new MemoryFileStore();
  for (const [name, content] of Object.entries(files)) await memory.write(name, content);
  return memory;
}
async function vocabSize(files: Record<string, Uint8Array>): Promise<number | undefined> {
  const found = await foreignTokenizerFiles(await store(files));
  return found && JsonTokenizer.fromJson(found['tokenizer.json'], found['tokenizer_config.json']).vocabSize;
}

test('finds each format by the names of its files', async () => {
  expect(await vocabSize({ 'README.md': text('x'), 'old/tokenizer.model': text('x') })).toBeUndefined();
  expect(await vocabSize({ 'tokenizer.model': bytesOf(models['llama']!.model) })).toBe(500);
  expect(await vocabSize({ 'tok512.bin': bytesOf(model) })).toBe(500);
  const published = await foreignTokenizerFiles(await store({ 'cl100k_base.tiktoken': text(ranks) }));
  expect(JSON.parse(published!['tokenizer.json'])).toMatchObject({
    added_tokens: { length: 5, 0: { id: 100257, content: '<|endoftext|>' }, 4: { id: 100276 } },
    pre_tokenizer: { type: 'Sequence' },
  });
});

test('refuses several of one format, and rank files that do not say their pattern', async () => {
  const two = await store({ 'a.model': text('x'), 'b.model': text('x') });
  await expect(foreignTokenizerFiles(two)).rejects.toThrow('there must be one tokenizer; received a.model, b.model');
  const own = await store({ 'own.tiktoken': text(ranks) });
  await expect(foreignTokenizerFiles(own)).rejects.toThrow(FormatError);
  await expect(foreignTokenizerFiles(own)).rejects.toThrow('does not say its pattern');
});
