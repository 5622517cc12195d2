import { ConfigError } from '@gptloom/core';
import { chunkCutter, cutsChunks } from './chunk-cutter.ts';
import { tiktokenExpression, type TiktokenPatternName } from './formats/tiktoken-patterns.ts';
import { AlignedText, wellFormed } from './normalizers/aligned-text.ts';
import { readNormalizer } from './normalizers/read-normalizer.ts';
import { readPreTokenizer } from './pre-tokenizers/read-pre-tokenizer.ts';
import { splitterOf } from './splitters/known-patterns.ts';
import type { JsonObject } from './tokenizer-document.ts';
import type { WordCounts } from './word-counts.ts';

/** How text is cut into words before anything is learned from them; plain data, so that it can go to other threads. */
export type WordRules =
  | { readonly pattern: TiktokenPatternName }
  | { readonly normalizer: JsonObject | null; readonly preTokenizer: JsonObject | null };

/** Cuts a text into words and counts them; yields now and then, so that the caller can stop or let others work. */
export type WordCutter = (text: string, counts: WordCounts) => Generator<void, void, void>;

/**
 * The cutter that follows the rules.
 *
 * @throws FormatError naming what of the rules is broken or not supported
 */
export function wordCutter(rules: WordRules): WordCutter {
  if ('pattern' in rules) {
    const splitter = splitterOf(tiktokenExpression(rules.pattern));
    if (splitter === undefined) {
      throw new ConfigError({ who: 'wordCutter', rule: 'the pattern must have a scanner', received: rules.pattern });
    }
    return (text, counts) => counts.addText(text, splitter);
  }
  const normalizer = rules.normalizer === null ? undefined : readNormalizer('normalizer', rules.normalizer);
  const preTokenizer = rules.preTokenizer === null ? undefined : readPreTokenizer('preTokenizer', rules.preTokenizer);
  const wordsOf = (text: string): string[] => {
    const whole = new AlignedText(wellFormed(text), 0, false);
    normalizer?.normalize(whole);
    if (preTokenizer === undefined) return whole.text === '' ? [] : [whole.text];
    return preTokenizer.split(whole).map((piece) => piece.text);
  };
  if (cutsChunks(rules.normalizer, rules.preTokenizer)) return chunkCutter(wordsOf);
  return function* (text, counts) {
    for (const word of wordsOf(text)) counts.addWord(word);
    yield;
  };
}
