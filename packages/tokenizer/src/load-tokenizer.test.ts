import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { FormatError, MemoryFileStore, type Tokenizer } from '@gptloom/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { golden } from '../test/golden-files.ts';
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

describe('the path of a file', () => {
  const { models } = golden<{ models: Record<string, { model: string }> }>('training-sentencepiece.json');
  const { model } = golden<{ model: string }>('training-llama2c.json');
  // Bytes, then pairs of bytes: as many as the highest special id asks for.
  const ranks = Array.from({ length: 3500 }, (_, id) => {
    const bytes = id < 256 ? [id] : [id & 0xff, (id >> 8) - 1];
    return `${btoa(String.fromCharCode(...bytes))} ${id}\n`;
  }).join('');
  const directory = mkdtempSync(join(tmpdir(), 'gptloom-load-tokenizer-'));
  const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(directory, name), content);
  const load = (name: string): Promise<Tokenizer> => loadTokenizer(join(directory, name));

  beforeAll(async () => {
    const bpe = await trainBpeTokenizer('to be or not to be', { vocabSize: 264, endToken: '<done>' });
    for (const [name, text] of Object.entries(bpe.toFiles())) write(name, text);
    write('bytes.json', new ByteTokenizer().toFiles()['tokenizer.json']);
    write('spm.model', Buffer.from(models['llama']!.model, 'base64'));
    write('stories.bin', Buffer.from(model, 'base64'));
    for (const name of ['gpt2', 'r50k_base', 'p50k_base', 'cl100k_base', 'o200k_base', 'own']) {
      write(`${name}.tiktoken`, ranks);
    }
    mkdirSync(join(directory, 'named.model'));
    write('named.model/tokenizer.json', new ByteTokenizer().toFiles()['tokenizer.json']);
    write('notes.txt', '');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test('is that of one tokenizer, whatever lies beside it', async () => {
    const whole = await loadTokenizer(directory);
    const [endText] = [...whole.specialTokens].find(([, id]) => id === whole.endToken)!;
    expect(endText).toBe('<done>');
    expect((await load('tokenizer.json')).fingerprint).toBe(whole.fingerprint);
    // The configuration beside it is that of tokenizer.json.
    expect((await load('bytes.json')).fingerprint).toBe(new ByteTokenizer().fingerprint);
    expect((await load('spm.model')).vocabSize).toBe(500);
    expect((await load('stories.bin')).vocabSize).toBe(500);
  });

  test.each([
    ['gpt2', 'ByteLevel', 50257],
    ['r50k_base', 'ByteLevel', 50257],
    ['p50k_base', 'ByteLevel', 50257],
    ['cl100k_base', 'Sequence', 100277],
    ['o200k_base', 'Sequence', 200019],
  ])('the rank file %s.tiktoken says its pattern and its special tokens', async (name, preTokenizer, vocabSize) => {
    const tokenizer = await load(`${name}.tiktoken`);
    expect(tokenizer.vocabSize).toBe(vocabSize);
    expect(JSON.parse(tokenizer.toFiles()['tokenizer.json']!)).toMatchObject({ pre_tokenizer: { type: preTokenizer } });
    expect(tokenizer.encode('<|endoftext|>', { allowedSpecial: 'all' })).toEqual([tokenizer.endToken]);
    expect(tokenizer.decode(tokenizer.encode("don't"))).toBe("don't");
  });

  test('may be relative, and that of a directory whose name looks like a file', async () => {
    expect((await loadTokenizer(relative(process.cwd(), join(directory, 'spm.model')))).vocabSize).toBe(500);
    expect((await load('named.model')).vocabSize).toBe(258);
  });

  test('is refused in words that help', async () => {
    await expect(load('own.tiktoken')).rejects.toThrow('own.tiktoken: a rank file does not say its pattern');
    await expect(load('own.tiktoken')).rejects.toThrow('or tiktokenToFiles with options');
    await expect(load('missing.json')).rejects.toThrow(
      /there must be a tokenizer\.json.*missing\.json; try: check the path/,
    );
    await expect(load('notes.txt')).rejects.toThrow(FormatError);
    rmSync(join(directory, 'tokenizer.json'));
    // Several of one format: the path of one says which.
    rmSync(join(directory, 'spm.model'));
    await expect(loadTokenizer(directory)).rejects.toThrow(
      /there must be one tokenizer; received cl100k.*try: the path of one/,
    );
  });
});

test('what holds no tokenizer is named as it was given', async () => {
  await expect(loadTokenizer('nowhere/none.json')).rejects.toThrow('received nowhere/none.json;');
  await expect(loadTokenizer('nowhere/notes.txt')).rejects.toThrow('received nowhere/notes.txt;');
  await expect(loadTokenizer(new MemoryFileStore())).rejects.toThrow('received memory;');
});
