import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encoded } from '../test/encoded.ts';
import { AlignedText } from './normalizers/aligned-text.ts';
import { readNormalizer } from './normalizers/read-normalizer.ts';
import { readPreTokenizer } from './pre-tokenizers/read-pre-tokenizer.ts';
import type { JsonObject } from './tokenizer-document.ts';
import { WordCounts, wordTexts } from './word-counts.ts';
import { wordCutter } from './word-cutter.ts';

const bert: JsonObject = {
  type: 'BertNormalizer',
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: null,
  lowercase: true,
};

test.each([
  [bert, { type: 'BertPreTokenizer' }],
  [{ ...bert, clean_text: false, lowercase: false }, { type: 'BertPreTokenizer' }],
  [{ type: 'Lowercase' }, { type: 'Whitespace' }],
  [null, { type: 'WhitespaceSplit' }],
])('chunk by chunk the words of any text are those of the whole: %j, %j', (normalizer, preTokenizer) => {
  const pieces = fc.constantFrom(
    'To',
    'be, ',
    "a.b(c)'d",
    '.',
    'Å',
    '\u0301',
    '\0',
    '\u2000',
    '\v',
    '\t',
    '\u00a0',
    '\n',
    ' ',
    '漢字',
    'ΑΣ',
    '\u200d',
    '🙂',
  );
  const text = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 30 }).map((all) => all.join(''));
  const cut = wordCutter({ normalizer, preTokenizer });
  fc.assert(
    fc.property(text, text, (first, second) => {
      const counts = new WordCounts();
      const expected = new Map<string, number>();
      const texts = [first, second, first];
      for (const _ of cut(encoded(...texts), counts));
      for (const one of texts) {
        const whole = new AlignedText(one.toWellFormed(), 0, false);
        if (normalizer !== null) readNormalizer('normalizer', normalizer).normalize(whole);
        for (const { text: word } of readPreTokenizer('preTokenizer', preTokenizer).split(whole)) {
          expected.set(word, (expected.get(word) ?? 0) + 1);
        }
      }
      const { words } = counts;
      expect(new Map(Array.from(wordTexts(words), (word, i) => [word, words.frequencies[i]!]))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
