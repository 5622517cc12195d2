import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { countWords, type CountWordsOptions } from './count-words.ts';
import { cutText } from './cut-text.ts';
import { wordEnds } from './split-text.ts';
import { wordSplitters } from './split-words.ts';
import { wordTexts, type WordCounts } from './word-counts.ts';

const small = readFileSync(`${import.meta.dirname}/../test/golden/small-corpus.txt`, 'utf8');

async function count(documents: Iterable<unknown>, options: Partial<CountWordsOptions>): Promise<WordCounts> {
  const steps = countWords(documents, { who: 'test', rules: { pattern: 'gpt2' }, threads: 1, ...options });
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
  }
}

const sorted = ({ words }: WordCounts): [string, number][] =>
  Array.from(wordTexts(words), (text, i): [string, number] => [text, words.frequencies[i]!]).sort((a, b) =>
    a[0] < b[0] ? -1 : 1,
  );

test('several threads count as one does', async () => {
  const documents = Array.from({ length: 600 }, (_, i) => `${small}${i} `);
  const alone = await count(documents, {});
  const together = await count(documents, { threads: 3, startThreadsAfter: 0 });
  expect(sorted(together)).toEqual(sorted(alone));
});

test('threads that can not start are done without', async () => {
  const { process } = globalThis;
  const original = process.getBuiltinModule;
  process.getBuiltinModule = ((name: string) => {
    if (name === 'node:worker_threads') throw new Error('none here');
    return original(name);
  }) as typeof original;
  try {
    const documents = Array.from({ length: 300 }, () => small);
    const together = await count(documents, { threads: 2, startThreadsAfter: 0 });
    expect(sorted(together)).toEqual(sorted(await count(documents, {})));
  } finally {
    process.getBuiltinModule = original;
  }
});

test('long documents are cut where no word notices', () => {
  const text = `${small}\n\n  x\n'll\n`.repeat(20);
  const words = (one: string): string[] => {
    let start = 0;
    return wordEnds(one, wordSplitters.gpt2).map((end) => one.slice(start, (start = end)));
  };
  const pieces = [...cutText(text, 100)];
  expect(pieces.length).toBeGreaterThan(10);
  expect(pieces.join('')).toBe(text);
  expect(pieces.flatMap(words)).toEqual(words(text));
  expect([...cutText('a'.repeat(1000), 100)]).toEqual(['a'.repeat(1000)]);
});
