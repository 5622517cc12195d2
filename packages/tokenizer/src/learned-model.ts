import { bpeModel, vocabOf } from './formats/tokenizer-files.ts';
import type { LearnedMerges } from './merge-learner.ts';
import type { JsonObject } from './tokenizer-document.ts';

/** The `vocab` of tokens in the order of their ids. */
export function vocabOfTokens(tokens: readonly string[]): Record<string, number> {
  return vocabOf(tokens.map((token, id) => [token, id]));
}

/** The BPE model of what was learned, with `settings` that are not the usual ones. */
export function learnedBpe({ tokens, merges }: LearnedMerges, settings?: JsonObject): JsonObject {
  const pairs = merges.map(([left, right]) => [tokens[left]!, tokens[right]!] as const);
  return bpeModel(vocabOfTokens(tokens), pairs, settings);
}
