import type { JsonObject } from '../tokenizer-document.ts';

/** The names of tiktoken's pre-splitting patterns; `r50k` is `gpt2`. */
export type TiktokenPatternName = 'gpt2' | 'r50k' | 'cl100k' | 'o200k';

/** All names of patterns. */
export const tiktokenPatternNames: readonly TiktokenPatternName[] = ['gpt2', 'r50k', 'cl100k', 'o200k'];

const spaces = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const before = '[^\\r\\n\\p{L}\\p{N}]?';
const gpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const expressions: Readonly<Record<TiktokenPatternName, string>> = {
  gpt2,
  r50k: gpt2,
  cl100k: `${contraction}|${before}\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`,
  o200k: `${before}${upper}*${lower}+${contraction}?|${before}${upper}+${lower}*${contraction}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`,
};

/** The settings of ByteLevel that change bytes to the byte alphabet and cut nothing. */
export const byteLevel: JsonObject = {
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: false,
};

/** The regular expression of a pattern, as files of huggingface/tokenizers have it. */
export function tiktokenExpression(pattern: TiktokenPatternName): string {
  return expressions[pattern];
}

/** The pre-tokenizer of `tokenizer.json` for a pattern. */
export function tiktokenPreTokenizer(pattern: TiktokenPatternName): JsonObject {
  if (pattern === 'gpt2' || pattern === 'r50k') return { ...byteLevel, use_regex: true };
  const split = { type: 'Split', pattern: { Regex: expressions[pattern] }, behavior: 'Isolated', invert: false };
  return { type: 'Sequence', pretokenizers: [split, byteLevel] };
}
