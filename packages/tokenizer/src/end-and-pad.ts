import { FormatError } from '@gptloom/core';
import { isObject, parseJsonObject, type TokenList } from './tokenizer-document.ts';

/** The text of the end token where none is named. */
export const defaultEndToken = '<|endoftext|>';
/** The text of the padding token where none is named. */
export const defaultPadToken = '<|pad|>';

/** Names that end tokens usually have. */
export const usualEndTokens = [defaultEndToken, '<|end_of_text|>', '<|im_end|>', '</s>', '<eos>', '[EOS]'];
/** Names that padding tokens usually have. */
export const usualPadTokens = [defaultPadToken, '<pad>', '[PAD]'];

/** The ids that end a document and fill a batch. */
export interface EndAndPad {
  readonly endToken: number;
  readonly padToken: number;
}

/**
 * The end and padding tokens of a tokenizer that is loaded: those that `tokenizer_config.json` names, otherwise special
 * tokens with one of the usual names. Many tokenizers, GPT-2's among them, have no padding token or name the end token
 * as it. Adding one would make the vocabulary larger than the model's, so the lowest id that is not the end token
 * fills their batches. That is sound because padding is masked by the lengths of rows and is no target, whatever its
 * id: the token keeps its ordinary meaning everywhere else.
 */
export function findEndAndPad({ tokens, specialTokens }: TokenList, configJson: string | undefined): EndAndPad {
  const config = configJson === undefined ? {} : parseJsonObject(configJson, 'tokenizer_config.json');
  const named = (member: string): number | undefined => {
    const value = config[member];
    const text = isObject(value) ? value['content'] : value;
    if (text === undefined || text === null) return undefined;
    const id = typeof text === 'string' ? (specialTokens.get(text) ?? tokens.indexOf(text)) : -1;
    if (id >= 0) return id;
    throw new FormatError({
      who: 'tokenizer_config.json',
      rule: `${member} must be a token of tokenizer.json`,
      received: JSON.stringify(text),
    });
  };
  const usual = (texts: readonly string[]): number | undefined =>
    texts.map((text) => specialTokens.get(text)).find((id) => id !== undefined);
  const endToken = named('eos_token') ?? usual(usualEndTokens);
  if (endToken === undefined) {
    throw new FormatError({
      who: 'tokenizer.json',
      rule: 'there must be an end token: no special token has one of the usual names',
      received: `special tokens ${JSON.stringify([...specialTokens.keys()])}`,
      suggestion: 'name it as eos_token in tokenizer_config.json',
    });
  }
  const padToken = [named('pad_token'), usual(usualPadTokens)].find((id) => id !== undefined && id !== endToken);
  return { endToken, padToken: padToken ?? (endToken === 0 ? 1 : 0) };
}

/** `tokenizer_config.json` as transformers reads it. A borrowed padding token is not named: it is not special there. */
export function tokenizerConfigJson({ tokens, specialTokens }: TokenList, { endToken, padToken }: EndAndPad): string {
  const pad = tokens[padToken]!;
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    eos_token: tokens[endToken]!,
    ...(specialTokens.has(pad) ? { pad_token: pad } : {}),
    clean_up_tokenization_spaces: false,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
