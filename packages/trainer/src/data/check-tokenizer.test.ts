import { describe, expect, it } from 'vitest';
import { ConfigError, TokenizerError, type Tokenizer } from '@gptloom/core';
import { characterTokenizer } from '../../test/character-tokenizer.ts';
import { checkTokenizer } from './check-tokenizer.ts';
import { LabelDataset } from './label-dataset.ts';
import { PromptDataset } from './prompt-dataset.ts';
import { TokenDataset } from './token-dataset.ts';

describe('checkTokenizer', () => {
  it.each([undefined, null, 'gpt2', {}, { encode: () => [] }, { encode: [], decode: [] }])(
    'refuses %s at every door that takes a tokenizer',
    (value) => {
      const tokenizer = value as unknown as Tokenizer;
      const doors: readonly (() => unknown)[] = [
        () => checkTokenizer('someone', tokenizer),
        () => TokenDataset.fromText('a text', tokenizer, { sequenceLength: 2 }),
        () => PromptDataset.fromExamples([{ prompt: 'a', answer: 'b' }], tokenizer, { sequenceLength: 4 }),
        () =>
          LabelDataset.fromExamples([{ text: 'a', label: 'x' }], tokenizer, { labels: ['x', 'y'], sequenceLength: 4 }),
      ];
      for (const door of doors) {
        expect(door).toThrow(ConfigError);
        expect(door).toThrow(/tokenizer must be an object with the methods encode, decode; received/);
      }
    },
  );

  it('refuses one that pads with its end token, and passes others', () => {
    const tokenizer = characterTokenizer();
    expect(() => checkTokenizer('someone', tokenizer)).not.toThrow();
    const same = { ...tokenizer, padToken: tokenizer.endToken };
    expect(() => checkTokenizer('someone', same)).toThrow(TokenizerError);
  });
});
