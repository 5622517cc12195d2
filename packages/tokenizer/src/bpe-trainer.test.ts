import { expect, test } from 'vitest';
import { encoded } from '../test/encoded.ts';
import { byteMergeLearner } from './bpe-trainer.ts';
import type { LearnedMerges } from './merge-learner.ts';
import { wordSplitters } from './split-words.ts';
import { WordCounts } from './word-counts.ts';

function learn(text: string, vocabSize: number, minFrequency = 0): LearnedMerges {
  const words = new WordCounts();
  for (const _ of words.addTexts(encoded(text), wordSplitters.gpt2));
  const steps = byteMergeLearner(words.words, minFrequency).learn(vocabSize);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

test('a worked example: the most frequent pair first, ties to the smaller ids', () => {
  // "hug" once, " hug" twice, " pug" twice, " pun" once. The pair u g occurs 5 times. Then h ug and Ġ p occur 3 times
  // each, and h (71) is below Ġ (220). Then Ġ hug and Ġp ug occur twice, and Ġ (220) is below Ġp (258).
  const { tokens } = learn('hug hug hug pug pug pun', 261);
  expect(tokens.slice(256)).toEqual(['ug', 'hug', 'Ġp', 'Ġhug', 'Ġpug']);
});

test('overlapping pairs count once each and merge from the left', () => {
  // aa aa a, where aa a (256, 64) goes before aa aa (256, 256).
  const { tokens, merges } = learn('aaaaa', 300);
  expect(tokens.slice(256)).toEqual(['aa', 'aaa', 'aaaaa']);
  expect(merges).toEqual([
    [64, 64],
    [256, 64],
    [256, 257],
  ]);
});

test('stops where pairs are rarer than the minimum frequency', () => {
  expect(learn('ab ab ab cd', 300, 3).tokens.slice(256)).toEqual(['ab']);
});
