import { ConfigError } from '@gptloom/core';
import { beforeAll, expect, test } from 'vitest';
import type { JsonTokenizer } from '../json-tokenizer.ts';
import { trainBpeTokenizer } from '../train-bpe-tokenizer.ts';
import { trainUnigramTokenizer } from '../train-unigram-tokenizer.ts';
import { colorTokens } from './color-tokens.ts';
import { describeTokenizer } from './describe-tokenizer.ts';

let tokenizer: JsonTokenizer;
beforeAll(async () => {
  tokenizer = await trainBpeTokenizer('hug hug hug pug pug pun', { vocabSize: 263 });
});

test('reports bytes per token by text and domain', () => {
  const report = describeTokenizer(tokenizer, { pets: ['hug hug', 'pug'], else: 'é!', none: [] });
  expect(report.total).toEqual({ tokens: 7, bytes: 13, bytesPerToken: 13 / 7 });
  expect(report.domains['pets']).toEqual({
    tokens: 4,
    bytes: 10,
    bytesPerToken: 2.5,
    texts: [
      { tokens: 2, bytes: 7, bytesPerToken: 3.5 },
      { tokens: 2, bytes: 3, bytesPerToken: 1.5 },
    ],
  });
  expect(report.domains['else']!.bytesPerToken).toBe(1);
  expect(report.domains['none']).toEqual({ tokens: 0, bytes: 0, bytesPerToken: 0, texts: [] });
  expect([report.usedTokens, report.usedShare]).toEqual([7, 7 / 263]);
  expect(report.longestTokens[0]).toEqual({ id: 259, text: ' hug', bytes: 4 });
  expect(report.summary.split('\n')).toContain('pets: 2.50 bytes per token (10 bytes, 4 tokens)');
  expect(report.summary).toMatch(/^merges never needed: \d+$/m);
});

test('merges that the texts never need; those of longer tokens are needed', () => {
  expect(describeTokenizer(tokenizer, 'hug').unreachedMerges).toEqual([
    ['Ġ', 'p'],
    ['Ġ', 'hug'],
    ['Ġp', 'ug'],
  ]);
  expect(describeTokenizer(tokenizer, 'hug hug pug pug').unreachedMerges).toEqual([]);
});

test('other models have no merges', async () => {
  const unigram = await trainUnigramTokenizer('hug hug pug', { vocabSize: 12 });
  const report = describeTokenizer(unigram, 'hug');
  expect(report.unreachedMerges).toEqual([]);
  expect(report.summary).not.toContain('merges');
  expect(report.total.bytes).toBe(3);
});

test('refuses what is no text', () => {
  expect(() => describeTokenizer(tokenizer, 7 as unknown as string)).toThrow(ConfigError);
  expect(() => describeTokenizer(tokenizer, { a: 7 } as unknown as string)).toThrow('by domain');
  expect(() => describeTokenizer(tokenizer, { a: [7] } as unknown as string)).toThrow('text 0 of a must be a string');
});

test('tokens stand on colours; text stays the same', () => {
  const plain = (shown: string): string => shown.replace(/\u001b\[[\d;]*m/g, '');
  const shown = colorTokens(tokenizer, 'hug hug é');
  expect(plain(shown)).toBe('hug hug é');
  expect(shown.split('\u001b[0m')).toHaveLength(5);
  expect(plain(colorTokens(tokenizer, 'a\nb'))).toBe('a⏎\nb');
  expect(plain(colorTokens(tokenizer, '\u001b[31m\u007f\u009b'))).toBe('␛[31m␡\ufffd');
});

test('HTML has a span for each token, with everything escaped', () => {
  const html = colorTokens(tokenizer, 'hug<é "&"', { format: 'html' });
  expect(html).toContain('<span title="257" style="background:#b3d9ff;color:#000">hug</span>');
  expect(html).toContain('&lt;');
  expect(html).toContain('title="127 102"');
  expect(html).toContain('&quot;');
  expect(html.replace(/<\/?(span|pre)[^>]*>/g, '')).toBe('hug&lt;é &quot;&amp;&quot;');
});

test('special tokens are shown where they are allowed', () => {
  const spans = (html: string): number => html.split('<span').length - 1;
  const end = '<|endoftext|>';
  expect(spans(colorTokens(tokenizer, end, { format: 'html', allowedSpecial: 'all' }))).toBe(1);
  expect(spans(colorTokens(tokenizer, end, { format: 'html' }))).toBeGreaterThan(5);
});

test('text that no token stands for is shown without colour', async () => {
  const unigram = await trainUnigramTokenizer('hug hug pug', {
    vocabSize: 12,
    preTokenizer: { type: 'WhitespaceSplit' },
  });
  expect(colorTokens(unigram, ' hug  ', { format: 'html' })).toMatch(
    /^<pre class="tokens"> <span.*<\/span> {2}<\/pre>$/,
  );
});
