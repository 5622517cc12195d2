import { describeValue, TokenizerError, type AllowedSpecial } from '@gptloom/core';
import type { IsAllowed } from './added-vocabulary.ts';

/** The rule for the option `allowedSpecial`. */
export const allowedSpecialRule = (value: unknown): string | undefined =>
  value === undefined || value === 'none' || value === 'all' || value instanceof Set
    ? undefined
    : "must be 'none', 'all' or a Set of special tokens";

/** Which special tokens may come out of text, or `undefined` where none may. */
export function isAllowedBy(
  allowed: AllowedSpecial | undefined,
  specialIds: ReadonlyMap<string, number>,
  who: string,
): IsAllowed | undefined {
  if (allowed === undefined || allowed === 'none') return undefined;
  if (allowed === 'all') return () => true;
  for (const text of allowed) {
    if (specialIds.has(text)) continue;
    throw new TokenizerError({
      who,
      rule: 'allowedSpecial must name special tokens of this tokenizer',
      received: describeValue(text),
      suggestion: `one of ${[...specialIds.keys()].slice(0, 20).join(', ')}`,
    });
  }
  return (content) => allowed.has(content);
}
