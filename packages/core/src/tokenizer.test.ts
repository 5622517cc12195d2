import { describe, expect, it } from 'vitest';
import { encodeDocument, encodePrompt } from './tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';

const kept = [5, 6];
const tokenizer = (beginToken?: number): Tokenizer => ({
  vocabSize: 10,
  endToken: 1,
  padToken: 2,
  beginToken,
  fingerprint: 'test',
  encode: () => kept,
  decode: () => '',
  streamDecoder: () => ({ push: () => '', flush: () => '' }),
  tokenBytes: () => new Uint8Array(0),
  toFiles: () => ({}),
});

describe('encodeDocument and encodePrompt', () => {
  it('put the end token after documents alone', () => {
    expect(encodeDocument(tokenizer(), 'x')).toEqual([5, 6, 1]);
    expect(encodePrompt(tokenizer(), 'x')).toEqual([5, 6]);
  });

  it('put the begin token, 0 too, before both', () => {
    expect(encodeDocument(tokenizer(0), 'x')).toEqual([0, 5, 6, 1]);
    expect(encodePrompt(tokenizer(0), 'x')).toEqual([0, 5, 6]);
  });

  it('leave an array that the tokenizer keeps as it is', () => {
    encodeDocument(tokenizer(0), 'x');
    expect(kept).toEqual([5, 6]);
  });
});
