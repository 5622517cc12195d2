import { check, ConfigError, describeValue, TokenizerError, type Tokenizer } from '@gptloom/core';

/**
 * Refuses what is no tokenizer, and a tokenizer whose padding would be learned as an end, or whose ends would be masked as
 * padding.
 */
export function checkTokenizer(who: string, tokenizer: Tokenizer): void {
  const broken = check.methods('encode', 'decode')(tokenizer);
  if (broken !== undefined) {
    throw new ConfigError({ who, rule: `tokenizer ${broken}`, received: describeValue(tokenizer) });
  }
  if (tokenizer.endToken !== tokenizer.padToken) return;
  throw new TokenizerError({
    who,
    rule: "the tokenizer's endToken and padToken must be two different ids",
    received: `${tokenizer.endToken} for both`,
    suggestion: 'give the tokenizer a padding token of its own, and the model one more row of embeddings',
  });
}
