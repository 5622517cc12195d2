import { tokenizerFromJson } from '@gptloom/tokenizer';
import { describe, expect, test } from 'vitest';
import { golden } from './golden-files.ts';

const names = ['gpt2', 'llama3', 'o200k', 'llama2', 'metaspace-first-true', 'bert', 'unigram-precompiled', 'regex-1'];

describe.each(names)('%s', (name) => {
  const { tokenizer: document } = golden<{ tokenizer: unknown }>(`families/${name}.json`);
  const tokenizer = tokenizerFromJson(JSON.stringify(document));

  test.each(['a', ' ', '\n', '!', '7', '\u0301'])('a megabyte of %j takes no longer per character', (unit) => {
    const time = (length: number): number => {
      const start = performance.now();
      expect(tokenizer.encode(unit.repeat(length)).length).toBeLessThanOrEqual(4 * length + 2);
      return performance.now() - start;
    };
    time(2 ** 16);
    // Quadratic time would take minutes.
    expect(time(2 ** 20)).toBeLessThan(20_000);
  });
});
