import { ByteTokenizer, CharTokenizer, tokenizerFromJson } from '@gptloom/tokenizer';
import { encodeDocument, type Tokenizer } from '@gptloom/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { golden, goldenText } from './golden-files.ts';

const corpus = goldenText('small-corpus.txt');
const tricky = golden<string[]>('tricky-texts.json');
const tokenizers: readonly [string, Tokenizer, fc.Arbitrary<string>][] = [
  ['BPE', tokenizerFromJson(goldenText('bpe-small-tokenizer.json')), anyText()],
  ['bytes', new ByteTokenizer(), anyText()],
  ['characters', CharTokenizer.train(corpus), fc.string({ unit: fc.constantFrom(...new Set(corpus)) })],
];

function anyText(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(...tricky, '<|endoftext|>', ' ', '\r\n', '\ud83d'),
  );
  return fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
}

const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

function streamed(tokenizer: Tokenizer, ids: readonly number[]): string {
  const stream = tokenizer.streamDecoder();
  return ids.map((id) => stream.push(id)).join('') + stream.flush();
}

describe.each(tokenizers)('%s', (_, tokenizer, texts) => {
  const ids = fc.array(fc.nat(tokenizer.vocabSize - 1), { maxLength: 60 });

  test('any text comes back, lone surrogates as U+FFFD', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(wellFormed(text));
      }),
    );
  });

  test('no text gives a special token unasked', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const found = tokenizer.encode(text);
        expect(found.every((id) => id !== tokenizer.endToken && id !== tokenizer.padToken)).toBe(true);
      }),
    );
  });

  test('any ids decode; streaming equals decoding at once and splits no character', () => {
    fc.assert(
      fc.property(ids, (some) => {
        const whole = tokenizer.decode(some);
        expect(whole).toBe(wellFormed(whole));
        expect(streamed(tokenizer, some)).toBe(whole);
      }),
    );
    const stream = tokenizer.streamDecoder();
    for (const id of tokenizer.encode(corpus)) {
      const piece = stream.push(id);
      expect(piece).not.toContain('\ufffd');
      expect(piece).toBe(wellFormed(piece));
    }
  });

  test('the bytes of the tokens are the bytes of the text', () => {
    const bytes = tokenizer.encode(corpus).flatMap((id) => [...tokenizer.tokenBytes(id)]);
    expect(Uint8Array.from(bytes)).toEqual(new TextEncoder().encode(corpus));
  });

  test('end and padding differ, and a document ends with the end token', () => {
    expect(tokenizer.endToken).not.toBe(tokenizer.padToken);
    expect(encodeDocument(tokenizer, 'the')).toEqual([...tokenizer.encode('the'), tokenizer.endToken]);
  });
});

describe('long runs of one character', () => {
  const [, bpe] = tokenizers[0]!;
  test.each(['a', ' ', '\n', '\r\n', '!', '7', 'é', '🙂', 'ab', '\ud800'])('a megabyte of %j comes back', (unit) => {
    const text = unit.repeat(Math.ceil(2 ** 20 / unit.length));
    expect(bpe.decode(bpe.encode(text))).toBe(wellFormed(text));
  });
});

test('what was encoded before changes nothing', () => {
  const json = goldenText('bpe-small-tokenizer.json');
  const used = tokenizerFromJson(json);
  // More distinct words than the memory of words holds.
  for (let i = 0; i < 12; i++) {
    const words = Array.from({ length: 20_000 }, (_, j) => `word${(i * 20_000 + j).toString(2)}`);
    used.encode(words.join(' '));
  }
  expect(used.encode(corpus)).toEqual(tokenizerFromJson(json).encode(corpus));
});
