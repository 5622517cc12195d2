import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonTokenizer, type TokenizerFiles } from '@gptloom/tokenizer';
import { llama2cToFiles, sentencePieceToFiles, tiktokenToFiles, toTiktoken } from '@gptloom/tokenizer/formats';
import { trainBpeTokenizer, trainWordPieceTokenizer, type TiktokenPatternName } from '@gptloom/tokenizer/training';
import { FormatError, TokenizerError, type Tokenizer } from '@gptloom/core';
import { describe, expect, test } from 'vitest';
import { golden, goldenText } from './golden-files.ts';

interface Ranks {
  readonly ranks: string;
  readonly texts: string[];
  readonly encodings: Record<'gpt2' | 'cl100k' | 'o200k', number[][]>;
}
interface Encoded {
  readonly model: string;
  readonly texts: string[];
  readonly ids: number[][];
  readonly decoded?: string[];
}

const read = (files: TokenizerFiles): Tokenizer =>
  JsonTokenizer.fromJson(files['tokenizer.json'], files['tokenizer_config.json']);
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

describe('tiktoken ranks', () => {
  const { ranks, texts, encodings } = golden<Ranks>('training-tiktoken.json');

  test.each(['gpt2', 'r50k', 'cl100k', 'o200k'] as const)('%s encodes as tiktoken does', (pattern) => {
    const tokenizer = read(tiktokenToFiles(ranks, { pattern }));
    const expected = encodings[pattern === 'r50k' ? 'gpt2' : pattern];
    texts.forEach((text, i) => expect(tokenizer.encode(text), text).toEqual(expected[i]));
  });

  test('special tokens have the ids that are given', () => {
    const tokenizer = read(
      tiktokenToFiles(new TextEncoder().encode(ranks), {
        pattern: 'cl100k',
        specialTokens: { '<|end|>': 800, '<|pad|>': 701 },
        endToken: '<|end|>',
        padToken: '<|pad|>',
      }),
    );
    expect([tokenizer.endToken, tokenizer.padToken, tokenizer.vocabSize]).toEqual([800, 701, 801]);
    expect(tokenizer.encode('<|end|>', { allowedSpecial: 'all' })).toEqual([800]);
  });

  test.each<TiktokenPatternName>(['gpt2', 'cl100k', 'o200k'])('%s goes out and comes back', async (pattern) => {
    const tokenizer = await trainBpeTokenizer(goldenText('small-corpus.txt'), { vocabSize: 600, pattern });
    const exported = toTiktoken(tokenizer);
    const { specialTokens } = exported;
    expect(specialTokens).toEqual({ '<|endoftext|>': 598, '<|pad|>': 599 });
    const again = read(tiktokenToFiles(exported.ranks, { pattern, specialTokens, padToken: '<|pad|>' }));
    for (const text of texts) expect(again.encode(text)).toEqual(tokenizer.encode(text));
    expect(toTiktoken(again)).toEqual(exported);
  });

  test('what is not byte-level BPE does not go out', async () => {
    const tokenizer = await trainWordPieceTokenizer('a b c', { vocabSize: 20 });
    expect(() => toTiktoken(tokenizer)).toThrow(TokenizerError);
    expect(() => toTiktoken(tokenizer)).toThrow('the model must be BPE');
  });

  const lines = ranks.trimEnd().split('\n');
  test.each<[string, string, string]>([
    ['a hole', lines.toSpliced(300, 1).join('\n'), 'line 301 must have rank 300: ranks go up from 0 without holes'],
    ['a rank twice', lines.toSpliced(5, 0, lines[4]!).join('\n'), 'line 6 must have rank 5'],
    ['a token twice', lines.with(300, `${lines[299]!.split(' ')[0]!} 300`).join('\n'), 'line 301 must not repeat'],
    ['broken base64', lines.with(2, '@@ 2').join('\n'), 'line 3 must be a token in base64 and its rank'],
    ['uneven base64', lines.with(2, 'abcde 2').join('\n'), 'line 3 must be a token in base64 and its rank'],
    ['a rank that is none', lines.with(2, 'YQ== x').join('\n'), 'line 3 must be a token in base64 and its rank'],
    ['a byte without rank', lines.slice(0, 100).join('\n'), 'byte 0 has none'],
    ['nothing', '', 'byte 0 has none'],
  ])('refuses %s', (_, text, message) => {
    expect(() => tiktokenToFiles(text, { pattern: 'gpt2' })).toThrow(FormatError);
    expect(() => tiktokenToFiles(text, { pattern: 'gpt2' })).toThrow(message);
  });

  test('ranks leave out the ids of special tokens, as in p50k_base', () => {
    const moved = lines.map((line, i) => (i < 400 ? line : line.replace(/\d+$/, String(i + 2)))).join('\n');
    const specialTokens = { '<|endoftext|>': 400, '<|pad|>': 401 };
    const tokenizer = read(tiktokenToFiles(moved, { pattern: 'gpt2', specialTokens }));
    texts.forEach((text, i) => {
      const expected = encodings.gpt2[i]!.map((id) => (id < 400 ? id : id + 2));
      expect(tokenizer.encode(text), text).toEqual(expected);
    });
    expect(tokenizer.vocabSize).toBe(702);
    expect(toTiktoken(tokenizer)).toMatchObject({ ranks: `${moved}\n`, specialTokens });
    expect(() => tiktokenToFiles(moved, { pattern: 'gpt2', specialTokens: { '<|endoftext|>': 400 } })).toThrow(
      'line 401 must have rank 401: ranks go up from 0 without holes',
    );
  });

  test('refuses special tokens that take the ids of others', () => {
    const convert = (specialTokens: Record<string, number>): TokenizerFiles =>
      tiktokenToFiles(ranks, { pattern: 'gpt2', specialTokens, endToken: '<|endoftext|>' });
    expect(() => convert({ '<|endoftext|>': 5 })).toThrow('must have an id of its own that is no rank; received 5');
    expect(() => convert({ '<|endoftext|>': 700, '<|x|>': 700 })).toThrow('must have an id of its own');
    expect(() => convert({ '<|x|>': 700 })).toThrow('endToken and padToken must be special tokens');
  });
});

describe('llama2.c tokenizers', () => {
  const { model, texts, ids } = golden<Encoded>('training-llama2c.json');

  test('encode as run.c does', () => {
    const tokenizer = read(llama2cToFiles(bytesOf(model)));
    texts.forEach((text, i) => expect(tokenizer.encode(text), text).toEqual(ids[i]));
    for (const text of texts) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect([tokenizer.beginToken, tokenizer.endToken]).toEqual([1, 2]);
  });

  const stories = join(import.meta.dirname, '../../../../shared/data/stories260K');
  const hasStories = existsSync(stories);
  const reason = hasStories ? '' : ' (skipped: ../shared/data/stories260K is not on this machine)';
  test.skipIf(!hasStories)(`the tokenizer of stories260K${reason}`, () => {
    const tokenizer = read(llama2cToFiles(readFileSync(join(stories, 'tok512.bin'))));
    const story = readFileSync(join(stories, 'greedy-257.txt'), 'utf8');
    expect(tokenizer.vocabSize).toBe(512);
    expect(tokenizer.decode(tokenizer.encode(story))).toBe(story);
    expect(tokenizer.encode('Once upon a time')).toEqual([403, 407, 261, 378]);
  });

  const changed = (change: (bytes: Uint8Array, view: DataView) => Uint8Array | void): Uint8Array => {
    const bytes = bytesOf(model);
    return change(bytes, new DataView(bytes.buffer)) ?? bytes;
  };
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'must begin with the longest length'],
    ['a longest length of 0', changed((_, view) => view.setInt32(0, 0, true)), 'must be from 1 to 1024'],
    ['a cut file', changed((bytes) => bytes.subarray(0, bytes.length - 1)), 'must have'],
    ['a cut header', changed((bytes) => bytes.subarray(0, 9)), 'token 0 must have a score and a length'],
    ['a negative length', changed((_, view) => view.setInt32(8, -1, true)), 'the length of token 0 must be from 0'],
    [
      'a score that is none',
      changed((_, view) => view.setFloat32(4, NaN, true)),
      'the score of token 0 must be a number',
    ],
    ['bytes that are no UTF-8', changed((bytes) => void (bytes[12] = 0xff)), 'token 0 must be UTF-8'],
    ['too few tokens', changed((bytes) => bytes.subarray(0, 17)), 'there must be an unknown, a begin and an end token'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => llama2cToFiles(bytes)).toThrow(FormatError);
    expect(() => llama2cToFiles(bytes)).toThrow(message);
  });
});

describe('SentencePiece models', () => {
  const { models } = golden<{ models: Record<string, Required<Encoded>> }>('training-sentencepiece.json');

  test.each(Object.keys(models))('%s encodes and decodes as sentencepiece does', (name) => {
    const { model, texts, ids, decoded } = models[name]!;
    const tokenizer = read(sentencePieceToFiles(bytesOf(model)));
    texts.forEach((text, i) => {
      expect(tokenizer.encode(text), text).toEqual(ids[i]);
      // Unknown text is special here and left out; sentencepiece writes this in its place.
      if (!decoded[i]!.includes('\u2047')) expect(tokenizer.decode(ids[i]!), text).toBe(decoded[i]);
    });
  });

  test('the pieces for begin, end and padding are known', () => {
    const { 'tokenizer_config.json': config } = sentencePieceToFiles(bytesOf(models['noPrefix']!.model));
    expect(JSON.parse(config)).toMatchObject({ bos_token: '<s>', eos_token: '</s>', pad_token: '<pad>' });
  });

  const piece = (text: string, type = 1): number[] => [0x0a, text.length + 4, 0x0a, text.length, ...Buffer.from(text), 0x18, type]; // prettier-ignore
  test.each<[string, readonly number[], string]>([
    ['nothing', [], 'there must be pieces'],
    ['a field of no kind', [0x0f], 'a field must be of kind 0, 1, 2 or 5, not 7 (byte 0)'],
    ['a field that is too long', [0x0a, 0x7f, 0x00], 'a field of 127 bytes must not go beyond the end (byte 2)'],
    ['a number that ends early', [0x0a, 0x80], 'a number must not end early'],
    ['a number without end', [0x08, ...Array.from({ length: 11 }, () => 0xff)], 'a number must have at most 10 bytes'],
    ['a piece without text', [0x0a, 0x02, 0x18, 0x01], 'piece 0 must have a text (byte 2)'],
    ['a text that is no UTF-8', [0x0a, 0x03, 0x0a, 0x01, 0xff], 'a text must be UTF-8 (byte 4)'],
    ['a piece of a new type', piece('a', 9), 'piece 0 must be of a known type'],
    ['an unused piece', piece('a', 5), 'unused pieces are not supported'],
    ['a piece twice', [...piece('a'), ...piece('a')], 'piece 1 must differ from piece 0'],
    ['no unknown piece', piece('a'), 'there must be an unknown piece'],
    ['words', [...piece('a', 2), 0x12, 0x02, 0x18, 0x03], 'the model must be unigram or bpe, not word'],
    ['byte fallback without bytes', [...piece('a', 2), 0x12, 0x03, 0x98, 0x02, 0x01], 'byte fallback needs all bytes'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => sentencePieceToFiles(Uint8Array.from(bytes))).toThrow(FormatError);
    expect(() => sentencePieceToFiles(Uint8Array.from(bytes))).toThrow(message);
  });
});

test.each([sentencePieceToFiles, llama2cToFiles])('%o refuses what is no content of a file', (read) => {
  for (const wrong of [undefined, 'text', [1, 2]]) {
    expect(() => read(wrong as unknown as Uint8Array)).toThrow(FormatError);
    expect(() => read(wrong as unknown as Uint8Array)).toThrow('must be a Uint8Array');
  }
});
