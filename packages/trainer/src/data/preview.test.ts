import { describe, expect, it } from 'vitest';
import { characterTokenizer } from '../../test/character-tokenizer.ts';
import { LabelDataset } from './label-dataset.ts';
import { preview } from './preview.ts';
import { PromptDataset } from './prompt-dataset.ts';

const tokenizer = characterTokenizer();

describe('preview', () => {
  it('shows tokens above the weights of their losses', () => {
    const examples = [
      { prompt: 'is it?\n', answer: ' no.' },
      { prompt: 'a', answer: 'b' },
    ];
    const dataset = PromptDataset.fromExamples(examples, tokenizer, { sequenceLength: 20 });
    expect(preview(dataset, { tokenizer, width: 40 })).toMatchInlineSnapshot(`
      "example 0
        i s · i t ? ⏎ · n o . <end>
                      1 1 1 1 1
      example 1
        a b <end>
          1 1"
    `);
    expect(preview(dataset, { tokenizer, rows: 1, width: 16 })).toMatchInlineSnapshot(`
      "example 0
        i s · i t ? ⏎

        · n o . <end>
        1 1 1 1 1"
    `);
  });

  it('shows labels where the classifier reads', () => {
    const options = { labels: ['no', 'yes'], sequenceLength: 9 };
    const dataset = LabelDataset.fromExamples([{ text: 'ab', label: 'yes' }], tokenizer, options);
    expect(preview(dataset, { tokenizer, rows: 1 })).toMatchInlineSnapshot(`
      "example 0
        a b <end>
            =1"
    `);
  });
});
