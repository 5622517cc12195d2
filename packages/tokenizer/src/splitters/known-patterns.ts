import { wordSplitters, type WordSplitter } from '../split-words.ts';
import { cl100kSplitter } from './cl100k-splitter.ts';
import { o200kSplitter } from './o200k-splitter.ts';

const spaces = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const lettersAfter = '[^\\r\\n\\p{L}\\p{N}]?';
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';

const cl100k = (digits: string): string =>
  `${contraction}|${lettersAfter}\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`;
const o200k = (digits: string, suffix: string): string =>
  `${lettersAfter}${upper}*${lower}+${suffix}|${lettersAfter}${upper}+${lower}*${suffix}|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`;

const three = { mostDigits: 3, wholeAtEnd: false };
const one = { mostDigits: 1, wholeAtEnd: false };

/** The patterns that have a scanner by hand, exactly as files have them. */
const known: ReadonlyMap<string, WordSplitter> = new Map([
  ["'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", wordSplitters.gpt2],
  ["'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", wordSplitters.gpt2],
  ["'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++$|\\s+(?!\\S)|\\s", wordSplitters.gpt2],
  [cl100k('\\p{N}{1,3}'), cl100kSplitter(three)],
  [cl100k('\\p{N}'), cl100kSplitter(one)],
  [o200k('\\p{N}{1,3}', `${contraction}?`), o200kSplitter({ mostDigits: 3, contractions: true })],
  [o200k('\\p{N}{1,3}', ''), o200kSplitter({ mostDigits: 3, contractions: false })],
  [o200k('\\p{N}', `${contraction}?`), o200kSplitter({ mostDigits: 1, contractions: true })],
  [o200k('\\p{N}', ''), o200kSplitter({ mostDigits: 1, contractions: false })],
]);

/** The scanner of a pattern, or `undefined` where it has none and the regular expression itself must serve. */
export function splitterOf(pattern: string): WordSplitter | undefined {
  return known.get(pattern);
}
