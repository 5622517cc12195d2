import { ConfigError } from '@gptloom/core';
import type { JsonTokenizer } from '@gptloom/tokenizer';
import {
  trainBpeTokenizer,
  trainCharacterBpeTokenizer,
  trainUnigramTokenizer,
  trainWordPieceTokenizer,
  type TextSource,
  type TrainSubwordOptions,
} from '@gptloom/tokenizer/training';
import { describe, expect, test } from 'vitest';

const trainings = { trainBpeTokenizer, trainCharacterBpeTokenizer, trainWordPieceTokenizer, trainUnigramTokenizer };
const text = 'the river ran past the mill, and the mill ran with the river. '.repeat(50);
// Room for the bytes, or for the characters and some pieces.
const roomOf = (name: string): number => (name === 'trainBpeTokenizer' ? 300 : 80);
const manyWords = Array.from({ length: 60_000 }, (_, i) => (i * 2654435761).toString(36)).join(' ');

describe.each(Object.entries(trainings))('%s', (name, train) => {
  const vocabSize = roomOf(name);

  test.each<[string, TextSource]>([
    ['no text', ''],
    ['no documents', []],
    ['empty documents', ['', '']],
    ['one character', 'a'],
    ['white space alone', [' ', '\n\n', '\t']],
    ['null characters', 'a\0b\0\0c'],
    ['lone surrogates', ['\ud800 a \udc00', '🙂']],
  ])('learns from %s, and what it learns encodes and decodes', async (_, source) => {
    const tokenizer = await train(source, { vocabSize });
    expect(tokenizer.decode(tokenizer.encode(''))).toBe('');
    expect(tokenizer.encode('a 🙂\0').every((id) => id < tokenizer.vocabSize)).toBe(true);
    expect(tokenizer.endToken).not.toBe(tokenizer.padToken);
  });

  test('refuses a special token that the text gives by itself: a character, or a word that is learned', async () => {
    for (const special of ['r', name === 'trainCharacterBpeTokenizer' ? '▁river' : 'river']) {
      // Byte-level words begin with their space.
      const source = name === 'trainBpeTokenizer' ? Array.from({ length: 50 }, () => 'river') : text;
      const run = train(source, { vocabSize, specialTokens: [special] });
      await expect(run).rejects.toThrow(ConfigError);
    }
  });

  test('refuses special tokens that are no text', () => {
    const withSpecial = (special: unknown) => () => train(text, { vocabSize, specialTokens: [special as string] });
    expect(withSpecial('\ud800')).toThrow('must have no lone surrogate');
    expect(withSpecial('')).toThrow('must be a string that is not empty');
    expect(withSpecial(3)).toThrow('must be a string that is not empty');
  });

  test('stops while it learns, by its signal or when it is left', async () => {
    const controller = new AbortController();
    const run = train(manyWords, { vocabSize: 4000, signal: controller.signal, threads: 2 });
    const follow = async (): Promise<void> => {
      for await (const { phase } of run) if (phase === 'learning') controller.abort(new Error('enough'));
    };
    await expect(follow()).rejects.toThrow('enough');
    await expect(run).rejects.toThrow('enough');

    const left = train(manyWords, { vocabSize: 4000, threads: 2 });
    for await (const { phase } of left) if (phase === 'learning') break;
    await expect(left).rejects.toThrow('left before its end');
  });
});

type SubwordTraining = (text: TextSource, options: TrainSubwordOptions) => PromiseLike<JsonTokenizer>;
const { trainBpeTokenizer: _, ...subwordTrainings } = trainings;

describe.each(Object.entries<SubwordTraining>(subwordTrainings))('%s', (_name, train) => {
  test('takes an initial alphabet of strings that are not empty, for no text as well', async () => {
    const tokenizer = await train('', { vocabSize: 80, initialAlphabet: ['x', 'yz'] });
    expect(['x', 'y', 'z'].map((character) => tokenizer.idOf(character) !== undefined)).toEqual([true, true, false]);
    expect(() => train(text, { vocabSize: 80, initialAlphabet: [''] })).toThrow(
      'initialAlphabet must be a string that',
    );
    expect(() => train(text, { vocabSize: 80, initialAlphabet: [5 as unknown as string] })).toThrow(ConfigError);
  });
});
