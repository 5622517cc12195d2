/** The Hugging Face files that describe a tokenizer, by name. */
export type TokenizerFiles = {
  /** What it does to text: read by huggingface/tokenizers and by `loadTokenizer`. */
  readonly 'tokenizer.json': string;
  /** Which of its tokens end and pad: read by transformers and by `loadTokenizer`. */
  readonly 'tokenizer_config.json': string;
};
