import { FormatError } from '@gptloom/core';
import { EncodingBuilder } from './encoding/encoding-builder.ts';
import type { TokenPipeline } from './token-pipeline.ts';
import { isObject, type JsonObject } from './tokenizer-document.ts';

/** The text of the end token where none is named. */
export const defaultEndToken = '<|endoftext|>';
/** The text of the padding token where none is named. */
export const defaultPadToken = '<|pad|>';

/** Names that end tokens usually have. */
const usualEndTokens = [defaultEndToken, '<|end_of_text|>', '<|im_end|>', '</s>', '<eos>', '[EOS]'];
/** Names that padding tokens usually have. */
const usualPadTokens = [defaultPadToken, '<pad>', '[PAD]'];

/** The id of a token that `tokenizer_config.json` names, or `undefined` where it names none. */
function named({ added, model }: TokenPipeline, config: JsonObject | undefined, member: string): number | undefined {
  const value = config?.[member];
  const text = isObject(value) ? value['content'] : value;
  if (text === undefined || text === null) return undefined;
  const id = typeof text === 'string' ? (added.idOf.get(text) ?? model.idOf(text)) : undefined;
  if (id !== undefined) return id;
  throw new FormatError({
    who: 'tokenizer_config.json',
    rule: `${member} must be a token of tokenizer.json`,
    received: JSON.stringify(text),
  });
}

function usual({ added }: TokenPipeline, texts: readonly string[]): number | undefined {
  return texts.map((text) => added.specialIds.get(text)).find((id) => id !== undefined);
}

/** The end token: the one that the configuration names, or a special token with a usual name. */
export function findEnd(pipeline: TokenPipeline, config: JsonObject | undefined): number | undefined {
  return named(pipeline, config, 'eos_token') ?? usual(pipeline, [...usualEndTokens, '[SEP]']);
}

/**
 * The padding token: the one that the configuration names, that of the file's own padding, or a special token with a usual
 * name. Many tokenizers, GPT-2's among them, have none or name the end token as it. Adding one would make the vocabulary
 * larger than the model's, so the lowest id that is not the end token fills their batches. That is sound because padding is
 * masked by the lengths of rows and is no target, whatever its id: the token keeps its ordinary meaning everywhere else.
 */
export function findPad(pipeline: TokenPipeline, config: JsonObject | undefined, end: number | undefined): number {
  const found = [named(pipeline, config, 'pad_token'), pipeline.padding?.id, usual(pipeline, usualPadTokens)];
  return found.find((id) => id !== undefined && id !== end) ?? (end === 0 ? 1 : 0);
}

/** The special token that the post-processor puts before a text, or that the configuration wants there. */
export function beginTokenOf(pipeline: TokenPipeline, config: JsonObject | undefined): number | undefined {
  const [first] = pipeline.postProcessor?.process([new EncodingBuilder('', [])], true) ?? [];
  const token = first?.tokens[0];
  if (token !== undefined && token.special === 1 && startsText(pipeline)) return token.id;
  return config?.['add_bos_token'] === true ? named(pipeline, config, 'bos_token') : undefined;
}

/** Whether the post-processor puts a token before the text, not only after it. */
function startsText({ postProcessor }: TokenPipeline): boolean {
  const mark = { id: -1, token: '', offsets: [0, 0], wordId: 0, special: 0, attention: 1, typeId: 0 } as const;
  const parts = postProcessor!.process([new EncodingBuilder('', [mark])], true);
  return parts.flatMap(({ tokens }) => tokens)[0]?.id !== -1;
}
