import { nextTick, TokenizerError } from '@gptloom/core';
import { expect, test } from 'vitest';
import { encoded } from '../test/encoded.ts';
import { emptyPieces } from './pieces.ts';
import { sharedFloat64, sharedInt32 } from './shared-memory.ts';
import { TrainingThread } from './training-thread.ts';
import { workOnUnigram, type UnigramJob } from './unigram-job.ts';
import { wordTexts } from './word-counts.ts';
import type { WordRules } from './word-cutter.ts';

async function started(rules?: WordRules): Promise<TrainingThread> {
  const thread = new TrainingThread(rules);
  while (!thread.isReady) await nextTick();
  return thread;
}

/** The words of texts that another thread counts. */
async function counted(rules: WordRules, ...batches: string[][]): Promise<[string, number][]> {
  const thread = await started(rules);
  for (const batch of batches) void thread.ask({ type: 'count', texts: encoded(...batch) });
  expect(thread.waiting).toBe(batches.length);
  const words = await thread.ask({ type: 'finish' });
  expect(thread.waiting).toBe(0);
  await thread.end();
  return Array.from(wordTexts(words), (word, i) => [word, words.frequencies[i]!]);
}

test('counts words by a pattern', async () => {
  const expected = { to: 1, ' be': 2, or: 2, not: 1, ' to': 1 };
  expect(Object.fromEntries(await counted({ pattern: 'cl100k' }, ['to be', 'or'], ['or', 'not to be']))).toEqual(
    expected,
  );
});

test('counts words by the parts of a tokenizer.json', async () => {
  const rules = { normalizer: { type: 'Lowercase' }, preTokenizer: { type: 'Whitespace' } };
  expect(await counted(rules, ['To be, to BE'])).toEqual([
    ['to', 2],
    ['be', 2],
    [',', 1],
  ]);
});

/** Two words, "ab" three times and "b" twice, each a block, of pieces "a", "ab" and "b". */
function job(): UnigramJob {
  const pieces = emptyPieces(4);
  pieces.links.set([0, 0, 0, 1, 1, 2, 0, 1]);
  pieces.scores.set([0, Math.log(0.5), Math.log(0.2), Math.log(0.3)]);
  const words = {
    longest: sharedInt32(5),
    starts: sharedInt32(3),
    frequencies: sharedFloat64(2),
    blocks: sharedInt32(3),
  };
  words.longest.set([0, 2, 3, 0, 3]);
  words.starts.set([1, 4, 6]);
  words.frequencies.set([3, 2]);
  words.blocks.set([0, 1, 2]);
  const nextBlock = sharedInt32(1);
  return {
    kind: 'expected',
    pieces,
    renumbering: undefined,
    nextBlock,
    words: { ...words, characterCount: 8, wordCount: 5 },
  };
}

test('works on the blocks of a Unigram job that no other thread has taken', async () => {
  const thread = await started();
  const expected = new Float64Array(4);
  for (const _ of workOnUnigram(job(), expected));
  const theirs = sharedFloat64(4);
  await thread.ask({ type: 'work', job: job(), sums: theirs });
  expect([...theirs]).toEqual([...expected]);
  expect(theirs[3]).toBeCloseTo(2 + (3 * 0.15) / 0.35, 10);

  const half = job();
  half.nextBlock[0] = 1;
  theirs.fill(0);
  await thread.ask({ type: 'work', job: half, sums: theirs });
  expect([...theirs]).toEqual([0, 0, 0, 2]);
  expect(half.nextBlock[0]).toBeGreaterThanOrEqual(2);
  await thread.end();
});

test('is not ready before it has started; one that ends then has no failure to tell', async () => {
  const thread = new TrainingThread();
  expect(thread.isReady).toBe(false);
  await thread.end();
  expect(thread.isReady).toBe(false);
});

test('what fails in it is told to all who have asked and who ask later', async () => {
  const thread = await started({ pattern: 'gpt2' });
  const texts = { ...encoded('a'), ends: Int32Array.of(5000) };
  const answers = [1, 2].map(() => thread.ask({ type: 'count', texts }));
  for (const answer of answers) await expect(answer).rejects.toThrow(TokenizerError);
  await expect(thread.ask({ type: 'finish' })).rejects.toThrow('must not fail');
  expect(() => thread.isReady).toThrow(TokenizerError);
  await thread.end();
});
