import { wordSplitters, type WordSplitter } from '../split-words.ts';
import { cl100kSplitter } from './cl100k-splitter.ts';
import { o200kSplitter } from './o200k-splitter.ts';
import { cl100kSource, gpt2Source, o200kSource } from './pattern-sources.ts';

/** Two faster ways in which files write the pattern of GPT-2. */
const gpt2Variants = [
  "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++$|\\s+(?!\\S)|\\s",
];

/** The scanner of a pattern exactly as files have it, or `undefined` where the regular expression itself must serve. */
export function splitterOf(pattern: string): WordSplitter | undefined {
  if (pattern === gpt2Source || gpt2Variants.includes(pattern)) return wordSplitters.gpt2;
  for (const mostDigits of [1, 3]) {
    if (pattern === cl100kSource(mostDigits)) return cl100kSplitter(mostDigits);
    for (const contractions of [true, false]) {
      if (pattern === o200kSource(mostDigits, contractions)) return o200kSplitter({ mostDigits, contractions });
    }
  }
  return undefined;
}
