import { cl100kSource, gpt2Source, o200kSource } from '../splitters/pattern-sources.ts';
import type { JsonObject } from '../tokenizer-document.ts';

/** The names of tiktoken's pre-splitting patterns; `r50k` is `gpt2`. */
export type TiktokenPatternName = 'gpt2' | 'r50k' | 'cl100k' | 'o200k';

/** All names of patterns. */
export const tiktokenPatternNames: readonly TiktokenPatternName[] = ['gpt2', 'r50k', 'cl100k', 'o200k'];

/** The settings of ByteLevel that change bytes to the byte alphabet and cut nothing. */
export const byteLevel: JsonObject = {
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: false,
};

/** The regular expression of a pattern, as files of huggingface/tokenizers have it. */
export function tiktokenExpression(pattern: TiktokenPatternName): string {
  if (pattern === 'cl100k') return cl100kSource(3);
  return pattern === 'o200k' ? o200kSource(3, true) : gpt2Source;
}

/** The pre-tokenizer of `tokenizer.json` for a pattern. */
export function tiktokenPreTokenizer(pattern: TiktokenPatternName): JsonObject {
  if (pattern === 'gpt2' || pattern === 'r50k') return { ...byteLevel, use_regex: true };
  const split = { type: 'Split', pattern: { Regex: tiktokenExpression(pattern) }, behavior: 'Isolated', invert: false };
  return { type: 'Sequence', pretokenizers: [split, byteLevel] };
}
