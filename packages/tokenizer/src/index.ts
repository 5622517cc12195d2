export { BpeTokenizer, type BpeParts } from './bpe-tokenizer.ts';
export { trainBpeTokenizer, type RegexPattern, type TrainBpeOptions } from './train-bpe-tokenizer.ts';
export { trainWordPieceTokenizer, type TrainWordPieceOptions } from './train-word-piece-tokenizer.ts';
export { trainUnigramTokenizer, type TrainUnigramOptions } from './train-unigram-tokenizer.ts';
export { trainCharacterBpeTokenizer, type TrainCharacterBpeOptions } from './train-character-bpe-tokenizer.ts';
export type { TrainSubwordOptions } from './training-options.ts';
export { readTexts, type ReadTextsOptions } from './read-texts.ts';
export { tiktokenToFiles, type TiktokenOptions } from './formats/tiktoken-to-files.ts';
export { toTiktoken, type TiktokenExport } from './formats/to-tiktoken.ts';
export type { TiktokenPatternName } from './formats/tiktoken-patterns.ts';
export { llama2cToFiles } from './formats/llama2c-to-files.ts';
export { sentencePieceToFiles } from './formats/sentencepiece-to-files.ts';
export type { TokenizerFiles } from './formats/tokenizer-files.ts';
export { ChatTemplate, type EncodedChat, type RenderedChat } from './chat/chat-template.ts';
export {
  describeTokenizer,
  type Compression,
  type DescribedToken,
  type DomainCompression,
  type TokenizerReport,
} from './report/describe-tokenizer.ts';
export { colorTokens, type ColorTokensOptions } from './report/color-tokens.ts';
export type { ChatMessage, ChatOptions } from './chat/chat-message.ts';
export type { TextSource } from './count-words.ts';
export type { TrainTokenizerEvent } from './run-training.ts';
export { CharTokenizer } from './char-tokenizer.ts';
export { ByteTokenizer } from './byte-tokenizer.ts';
export { JsonTokenizer, type EncodeOptions } from './json-tokenizer.ts';
export type { Encoding, Offsets } from './encoding/encoding.ts';
export type { Padding } from './encoding/padding.ts';
export type { Truncation } from './encoding/truncation.ts';
export { loadTokenizer, tokenizerFromJson } from './load-tokenizer.ts';
export type { PatternName } from './split-words.ts';
export type { DecodeOptions } from './token-decoder.ts';
