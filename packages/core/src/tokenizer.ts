/** Which special tokens may come out of text: none (default), all, or those named. */
export type AllowedSpecial = 'none' | 'all' | ReadonlySet<string>;

/** Turns streamed token ids into text without ever splitting a character. */
export interface StreamDecoder {
  /** The text that is certain after one more id; may be empty. */
  push(id: number): string;
  /** What is left at the end; incomplete UTF-8 becomes U+FFFD. */
  flush(): string;
}

/** Text to token ids and back. Implementations hold no tensors and need no disposal. */
export interface Tokenizer {
  /** Number of token ids; every id is below it. */
  readonly vocabSize: number;
  /** The id that ends a document or an answer; never equal to `padToken`. */
  readonly endToken: number;
  /** The id that fills rows of a batch; never learned. */
  readonly padToken: number;
  /** The id that opens every document, for families that have one. */
  readonly beginToken?: number | undefined;
  /** A digest of everything that decides the ids; equal fingerprints mean equal tokenizers. */
  readonly fingerprint: string;
  /** Token ids of a text, without begin and end tokens. Special tokens are plain text unless allowed. */
  encode(text: string, options?: { readonly allowedSpecial?: AllowedSpecial }): number[];
  /** The text of ids. Never throws on ids below `vocabSize`; special tokens are left out unless asked for. */
  decode(ids: Iterable<number>, options?: { readonly keepSpecial?: boolean }): string;
  /** A decoder for ids that arrive one by one. */
  streamDecoder(options?: { readonly keepSpecial?: boolean }): StreamDecoder;
  /** The bytes that a token stands for in text; empty for special tokens. */
  tokenBytes(id: number): Uint8Array;
  /** The Hugging Face files that describe it (`tokenizer.json`, `tokenizer_config.json`), by name. */
  toFiles(): Record<string, string>;
}

/**
 * The ids of a whole document: the begin token where the family has one, the text, the end token. Prompts get their
 * begin token from `encodePrompt`; the tokens of a chat template come from the template.
 */
export function encodeDocument(tokenizer: Tokenizer, text: string): number[] {
  // A new array: a tokenizer may hand out one that it keeps.
  return encodePrompt(tokenizer, text).concat(tokenizer.endToken);
}

/** The ids of a text that generation continues: the begin token where the family has one, then the text. */
export function encodePrompt(tokenizer: Tokenizer, text: string): number[] {
  const ids = tokenizer.encode(text);
  return tokenizer.beginToken === undefined ? ids : [tokenizer.beginToken, ...ids];
}
