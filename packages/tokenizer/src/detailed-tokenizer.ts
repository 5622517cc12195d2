import { check, describeValue, TokenizerError, type Tokenizer } from '@gptloom/core';
import { JsonTokenizer } from './json-tokenizer.ts';

const readAgain = new WeakMap<Tokenizer, JsonTokenizer>();

/**
 * The tokenizer with places of tokens: itself, or the same read from its own file.
 *
 * @throws TokenizerError where it is none
 */
export function detailedTokenizer(who: string, tokenizer: Tokenizer): JsonTokenizer {
  const broken = check.methods('encode', 'toFiles')(tokenizer);
  if (broken !== undefined) {
    throw new TokenizerError({ who, rule: `a tokenizer ${broken}`, received: describeValue(tokenizer) });
  }
  if ('encodeDetailed' in tokenizer && 'specialTokens' in tokenizer) return tokenizer as JsonTokenizer;
  const known = readAgain.get(tokenizer);
  if (known !== undefined) return known;
  const files = tokenizer.toFiles();
  const read = JsonTokenizer.fromJson(files['tokenizer.json']!, files['tokenizer_config.json']);
  readAgain.set(tokenizer, read);
  return read;
}
