import { FormatError, MemoryFileStore, type Tokenizer } from '@gptloom/core';
import { expect, test } from 'vitest';
import { ByteTokenizer } from './byte-tokenizer.ts';
import { CharTokenizer } from './char-tokenizer.ts';
import { loadTokenizer, tokenizerFromJson } from './load-tokenizer.ts';
import { trainBpeTokenizer } from './train-bpe-tokenizer.ts';

async function saved(tokenizer: Tokenizer): Promise<MemoryFileStore> {
  const store = new MemoryFileStore();
  for (const [name, text] of Object.entries(tokenizer.toFiles()))
    await store.write(name, new TextEncoder().encode(text));
  return store;
}

test('what every class saves comes back with the same fingerprint, ids and files', async () => {
  const bpe = await trainBpeTokenizer('to be or not to be', { vocabSize: 264, endToken: '<done>', padToken: '<fill>' });
  for (const tokenizer of [bpe, CharTokenizer.train('to be'), new ByteTokenizer()]) {
    const loaded = await loadTokenizer(await saved(tokenizer));
    expect(loaded.toFiles()).toEqual(tokenizer.toFiles());
    expect(loaded.fingerprint).toBe(tokenizer.fingerprint);
    expect([loaded.endToken, loaded.padToken]).toEqual([tokenizer.endToken, tokenizer.padToken]);
    expect(loaded.vocabSize).toBe(tokenizer.vocabSize);
    expect(loaded.encode('be to')).toEqual(tokenizer.encode('be to'));
    expect(loaded.decode(tokenizer.encode('be to'))).toBe('be to');
  }
});

test('a model without a type but with merges is BPE', async () => {
  const bpe = await trainBpeTokenizer('to be', { vocabSize: 258 });
  const json = bpe.toFiles()['tokenizer.json'].replace('"type": "BPE",', '');
  expect(tokenizerFromJson(json).encode('to be')).toEqual(bpe.encode('to be'));
});

test('other models are refused by name', () => {
  expect(() => tokenizerFromJson('{"model": {"type": "Other"}}')).toThrow(FormatError);
  expect(() => tokenizerFromJson('{"model": {"type": "Other"}}')).toThrow('received "Other"');
  expect(() => tokenizerFromJson('{}')).toThrow('model must be an object');
});

test('a store without tokenizer.json is refused', async () => {
  await expect(loadTokenizer(new MemoryFileStore())).rejects.toThrow(FormatError);
  await expect(loadTokenizer(new MemoryFileStore())).rejects.toThrow(
    'there must be a tokenizer.json, or a tokenizer of SentencePiece, llama2.c or tiktoken; received memory',
  );
});
