import { readdirSync } from 'node:fs';
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

describe.each(families)('%s', (name) => {
  const { tokenizer: document, full, digests } = golden<Family>(`families/${name}`);
  const tokenizer = tokenizerFromJson(JSON.stringify(document));

  test('every text has the ids, offsets, masks and decoded text of huggingface/tokenizers', () => {
    full.forEach((expected, i) => expect(resultOf(tokenizer, i)).toEqual(expected));
    expect(digests).toHaveLength(texts.length);
    const different = texts.filter((text, i) => {
      const result = resultOf(tokenizer, i);
      // Where its decoder panics the reference has no decoded text.
      return [result, [...result.slice(0, 3), []]].every((one) => fingerprint(JSON.stringify(one)) !== digests[i]);
    });
    expect(different).toEqual([]);
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
