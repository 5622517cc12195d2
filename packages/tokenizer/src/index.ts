export { BpeTokenizer, type BpeParts } from './bpe-tokenizer.ts';
export { trainBpeTokenizer, type TextSource, type TrainBpeEvent, type TrainBpeOptions } from './train-bpe-tokenizer.ts';
export { CharTokenizer } from './char-tokenizer.ts';
export { ByteTokenizer } from './byte-tokenizer.ts';
export { loadTokenizer, tokenizerFromJson } from './load-tokenizer.ts';
export type { PatternName } from './split-words.ts';
export type { DecodeOptions } from './token-decoder.ts';
export type { TokenizerFiles } from './tokenizer-files.ts';
