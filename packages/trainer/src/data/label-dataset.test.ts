import { describe, expect, it } from 'vitest';
import { characterTokenizer } from '../../test/character-tokenizer.ts';
import { LabelDataset, type LabelDatasetOptions, type LabelExample } from './label-dataset.ts';

const tokenizer = characterTokenizer({ beginToken: 2 });
const labels = ['no', 'yes'];
const examples: LabelExample[] = [
  { text: 'abc', label: 'yes' },
  { text: 'a', label: 'no' },
];
const make = (items: readonly LabelExample[], options: Partial<LabelDatasetOptions> = {}): LabelDataset =>
  LabelDataset.fromExamples(items, tokenizer, { labels, sequenceLength: 8, ...options });

describe('LabelDataset', () => {
  it('encodes whole documents, with the end token as the last real one', () => {
    const batch = make(examples).batch([0, 1], [0, 1]);
    expect([...batch.inputIds]).toEqual([2, 4, 5, 6, 1, 2, 4, 1, 0, 0]);
    expect([...batch.lengths]).toEqual([5, 3]);
    expect([...batch.labels]).toEqual([1, 0]);
    expect(batch).toMatchObject({ rows: 2, time: 5 });
    expect(make(examples).report).toMatchObject({ examples: 2, tokens: 8, targets: 2 });
  });

  it('drops or cuts what is too long', () => {
    const long = [...examples, { text: 'abcdefghij', label: 'no' }];
    expect(make(long).report).toMatchObject({ examples: 2, dropped: 1, truncated: 0 });
    const cut = make(long, { tooLong: 'truncate', sequenceLength: 5 });
    expect(cut.report).toMatchObject({ examples: 3, dropped: 0, truncated: 1 });
    expect([...cut.batch([2], [0]).inputIds]).toEqual([2, 11, 12, 13, 1]);
  });

  it('holds out the last examples', () => {
    const { train, validation } = make(examples).split({ validation: 0.5 });
    expect([train.batch([0], [0]).labels[0], validation.batch([0], [0]).labels[0]]).toEqual([1, 0]);
  });

  it('has a fingerprint that follows ids, labels and their names', () => {
    const other = { labels: ['no', 'perhaps', 'yes'] };
    const changed = [{ text: 'abc', label: 'no' }, examples[1]!];
    expect(make(examples).fingerprint).toBe(make(examples).fingerprint);
    expect(new Set([make(examples), make(changed), make(examples, other)].map((d) => d.fingerprint)).size).toBe(3);
  });

  it('refuses what it can not use, and says why', () => {
    const unknown = [...examples, { text: 'a', label: 'perhaps' }];
    expect(() => make(unknown)).toThrow(/the label of example 2 must be one of "no", "yes"; received "perhaps"/);
    expect(() => make(examples, { labels: ['yes', 'yes'] })).toThrow(/two or more different/);
    expect(() => make(null as never)).toThrow(/examples must be an array; received null/);
    expect(() => make([])).toThrow(/at least one example/);
    const same = characterTokenizer({ padToken: 1 });
    expect(() => LabelDataset.fromExamples(examples, same, { labels, sequenceLength: 8 })).toThrow(/different ids/);
  });
});
