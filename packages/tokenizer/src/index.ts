export { BpeTokenizer, type BpeParts } from './bpe-tokenizer.ts';
export { trainBpeTokenizer, type TrainBpeOptions } from './train-bpe-tokenizer.ts';
export type { TextSource } from './count-words.ts';
export type { TrainTokenizerEvent } from './run-training.ts';
export { CharTokenizer } from './char-tokenizer.ts';
export { ByteTokenizer } from './byte-tokenizer.ts';
export { loadTokenizer, tokenizerFromJson } from './load-tokenizer.ts';
export type { PatternName } from './split-words.ts';
export type { DecodeOptions } from './token-decoder.ts';
