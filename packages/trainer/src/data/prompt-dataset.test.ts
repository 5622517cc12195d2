import { describe, expect, it } from 'vitest';
import { ignoreIndex as no } from '@gptloom/core';
import { characterTokenizer } from '../../test/character-tokenizer.ts';
import { PromptDataset, type PromptExample } from './prompt-dataset.ts';

const tokenizer = characterTokenizer({ beginToken: 2 });
const examples: PromptExample[] = [
  { prompt: 'ab', answer: 'cd' },
  { prompt: 'a', answer: '' },
];

describe('PromptDataset', () => {
  it('learns the answer and the end token, not the prompt and not padding', () => {
    const dataset = PromptDataset.fromExamples(examples, tokenizer, { sequenceLength: 8 });
    const batch = dataset.batch([0, 1], [3, 4]);
    expect(batch).toMatchObject({ rows: 2, time: 5 });
    expect([...batch.inputIds]).toEqual([2, 4, 5, 6, 7, 2, 4, 0, 0, 0]);
    expect([...batch.targets]).toEqual([no, no, 6, 7, 1, no, 1, no, no, no]);
    expect([...batch.lengths]).toEqual([5, 2]);
    expect([...batch.globalRows]).toEqual([3, 4]);
    expect(dataset.report).toEqual({
      examples: 2,
      truncated: 0,
      dropped: 0,
      tokens: 7,
      targets: 4,
      unusedTokens: 0,
    });
  });

  it('learns the end token also where the answer contains none of its own, and masks by place, not by id', () => {
    const text = characterTokenizer({ encode: () => [0, 1] });
    const batch = PromptDataset.fromExamples([{ prompt: 'x', answer: 'y' }], text, { sequenceLength: 8 }).batch(
      [0],
      [0],
    );
    expect([...batch.inputIds]).toEqual([0, 1, 0, 1]);
    expect([...batch.targets]).toEqual([no, 0, 1, 1]);
    expect([...batch.lengths]).toEqual([4]);
  });

  it('passes the prompt through the template', () => {
    const dataset = PromptDataset.fromExamples([examples[0]!], tokenizer, {
      sequenceLength: 8,
      template: (prompt) => `${prompt}?`,
    });
    expect([...dataset.batch([0], [0]).inputIds]).toEqual([2, 4, 5, 30, 6, 7]);
  });

  it('drops what is too long, or cuts the prompt from the left, and counts it', () => {
    const long = [{ prompt: 'abcdef', answer: 'gh' }, examples[1]!, { prompt: 'a', answer: 'abcdefgh' }];
    const dropping = PromptDataset.fromExamples(long, tokenizer, { sequenceLength: 5 });
    expect(dropping.report).toMatchObject({ examples: 1, truncated: 0, dropped: 2 });
    const cutting = PromptDataset.fromExamples(long, tokenizer, { sequenceLength: 5, tooLong: 'truncate' });
    expect(cutting.report).toMatchObject({ examples: 2, truncated: 1, dropped: 1 });
    const batch = cutting.batch([0], [0]);
    // The begin token stays, then the prompt's last tokens, then the whole answer.
    expect([...batch.inputIds]).toEqual([2, 8, 9, 10, 11]);
    expect([...batch.targets]).toEqual([no, no, 10, 11, 1]);
  });

  it('opens an empty prompt with the end token, so that the whole answer has targets', () => {
    const dataset = PromptDataset.fromExamples([{ prompt: '', answer: 'a' }], characterTokenizer(), {
      sequenceLength: 8,
    });
    const batch = dataset.batch([0], [0]);
    expect([...batch.inputIds]).toEqual([1, 4]);
    expect([...batch.targets]).toEqual([4, 1]);
  });

  it('holds out the last examples', () => {
    const many = Array.from({ length: 10 }, (_, i) => ({ prompt: 'abcdefghij'[i]!, answer: 'k' }));
    const { train, validation } = PromptDataset.fromExamples(many, tokenizer, { sequenceLength: 8 }).split({
      validation: 0.3,
    });
    expect([train.size, validation.size]).toEqual([7, 3]);
    expect(validation.batch([0], [0]).inputIds[1]).toBe(4 + 7);
    expect(train.fingerprint).not.toBe(validation.fingerprint);
  });

  it('refuses what it can not use, and says why', () => {
    const make = (items: PromptExample[], options = {}): PromptDataset =>
      PromptDataset.fromExamples(items, tokenizer, { sequenceLength: 3, ...options });
    for (const wrong of [null, 'abc']) {
      expect(() => make(wrong as never)).toThrow(/examples must be an array; received (null|"abc")/);
    }
    expect(() => make([])).toThrow(/at least one example; received none/);
    expect(() => make([{ prompt: 'abcdef', answer: 'x' }])).toThrow(/1, none of which fits into sequenceLength 3/);
    expect(() => make([{ prompt: 'a' } as PromptExample])).toThrow(/answer of example 0 must be a string/);
    expect(() => make(examples, { tooLong: 'cut' })).toThrow(/tooLong must be one of/);
    const same = characterTokenizer({ padToken: 1 });
    expect(() => PromptDataset.fromExamples(examples, same, { sequenceLength: 8 })).toThrow(/two different ids/);
  });
});
