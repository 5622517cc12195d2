import type { JsonObject } from '../tokenizer-document.ts';

/** The files by which Hugging Face's libraries know a tokenizer. */
export type TokenizerFiles = {
  /** The text of `tokenizer.json`. */
  readonly 'tokenizer.json': string;
  /** The text of `tokenizer_config.json`. */
  readonly 'tokenizer_config.json': string;
};

/** The members of `tokenizer.json` that differ between formats; the others are null. */
export interface DocumentParts {
  readonly addedTokens: readonly JsonObject[];
  readonly normalizer?: JsonObject | null;
  readonly preTokenizer?: JsonObject | null;
  readonly postProcessor?: JsonObject | null;
  readonly decoder?: JsonObject | null;
  readonly model: JsonObject;
}

/** `tokenizer.json` as it is written. */
export function documentText(document: JsonObject): string {
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** `tokenizer_config.json` as it is written. */
export function configText(config: JsonObject): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** `tokenizer.json` and `tokenizer_config.json` of these parts. */
export function tokenizerFiles(parts: DocumentParts, config: JsonObject): TokenizerFiles {
  const document = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: parts.addedTokens,
    normalizer: parts.normalizer ?? null,
    pre_tokenizer: parts.preTokenizer ?? null,
    post_processor: parts.postProcessor ?? null,
    decoder: parts.decoder ?? null,
    model: parts.model,
  };
  return { 'tokenizer.json': documentText(document), 'tokenizer_config.json': configText(plainConfig(config)) };
}

/** A `tokenizer_config.json` that names these tokens. */
export function plainConfig(tokens: JsonObject): JsonObject {
  return { tokenizer_class: 'PreTrainedTokenizerFast', ...tokens, clean_up_tokenization_spaces: false };
}

/** `model.vocab` of texts by id. Null prototype: a token may be called `__proto__`. */
export function vocabOf(entries: Iterable<readonly [text: string, id: number]>): Record<string, number> {
  const vocab = Object.create(null) as Record<string, number>;
  for (const [text, id] of entries) vocab[text] = id;
  return vocab;
}

/** Settings of a BPE model, with the defaults of huggingface/tokenizers. */
export function bpeModel(
  vocab: Record<string, number>,
  merges: readonly (readonly [string, string])[],
  settings: JsonObject = {},
): JsonObject {
  return {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    ...settings,
    vocab,
    merges,
  };
}
