import type { Tokenizer } from '@gptloom/core';
import { JsonTokenizer } from './json-tokenizer.ts';

const readAgain = new WeakMap<Tokenizer, JsonTokenizer>();

/** The tokenizer with places of tokens: itself, or the same read from its own file. */
export function detailedTokenizer(tokenizer: Tokenizer): JsonTokenizer {
  if ('encodeDetailed' in tokenizer && 'specialTokens' in tokenizer) return tokenizer as JsonTokenizer;
  const known = readAgain.get(tokenizer);
  if (known !== undefined) return known;
  const files = tokenizer.toFiles();
  const read = JsonTokenizer.fromJson(files['tokenizer.json']!, files['tokenizer_config.json']);
  readAgain.set(tokenizer, read);
  return read;
}
