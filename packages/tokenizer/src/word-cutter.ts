import { chunkCutter, cutsChunks } from './chunk-cutter.ts';
import { tiktokenExpression, type TiktokenPatternName } from './formats/tiktoken-patterns.ts';
import { AlignedText } from './normalizers/aligned-text.ts';
import { readNormalizer } from './normalizers/read-normalizer.ts';
import { readPreTokenizer } from './pre-tokenizers/read-pre-tokenizer.ts';
import { splitterOf } from './splitters/known-patterns.ts';
import type { EncodedTexts } from './text-batch.ts';
import type { JsonObject } from './tokenizer-document.ts';
import { lossyUtf8 } from './utf8.ts';
import type { WordCounts } from './word-counts.ts';

/** How text is cut into words before anything is learned from them; plain data, so that it can go to other threads. */
export type WordRules =
  | { readonly pattern: TiktokenPatternName }
  | { readonly normalizer: JsonObject | null; readonly preTokenizer: JsonObject | null };

/** Cuts texts into words and counts them; yields now and then, so that the caller can stop or let others work. */
export type WordCutter = (texts: EncodedTexts, counts: WordCounts) => Generator<void, void, void>;

/**
 * The cutter that follows the rules.
 *
 * @throws FormatError naming what of the rules is broken or not supported
 */
export function wordCutter(rules: WordRules): WordCutter {
  if ('pattern' in rules) {
    // Each of these patterns has one.
    const splitter = splitterOf(tiktokenExpression(rules.pattern))!;
    return (texts, counts) => counts.addTexts(texts, splitter);
  }
  const normalizer = rules.normalizer === null ? undefined : readNormalizer('normalizer', rules.normalizer);
  const preTokenizer = rules.preTokenizer === null ? undefined : readPreTokenizer('preTokenizer', rules.preTokenizer);
  const wordsOf = (text: string): string[] => {
    const whole = new AlignedText(text, 0, false);
    normalizer?.normalize(whole);
    if (preTokenizer === undefined) return whole.text === '' ? [] : [whole.text];
    return preTokenizer.split(whole).map((piece) => piece.text);
  };
  if (cutsChunks(rules.normalizer, rules.preTokenizer)) return chunkCutter(rules.preTokenizer, wordsOf);
  const decoder = lossyUtf8();
  return function* ({ bytes, ends, count }, counts) {
    for (let i = 0, start = 0; i < count; start = ends[i++]!) {
      for (const word of wordsOf(decoder.decode(bytes.subarray(start, ends[i])))) counts.addWord(word);
      yield;
    }
  };
}
