import { describeValue, TokenizerError } from '@gptloom/core';

/**
 * The text, with U+FFFD for lone surrogates.
 *
 * @throws TokenizerError where it is no string
 */
export function checkText(who: string, text: string): string {
  if (typeof text === 'string') return text.toWellFormed();
  throw new TokenizerError({ who, rule: 'text must be a string', received: describeValue(text) });
}
