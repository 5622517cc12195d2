export { trainBpeTokenizer, type RegexPattern, type TrainBpeOptions } from './train-bpe-tokenizer.ts';
export { trainWordPieceTokenizer, type TrainWordPieceOptions } from './train-word-piece-tokenizer.ts';
export { trainUnigramTokenizer, type TrainUnigramOptions } from './train-unigram-tokenizer.ts';
export { trainCharacterBpeTokenizer, type TrainCharacterBpeOptions } from './train-character-bpe-tokenizer.ts';
export type { TrainSubwordOptions } from './training-options.ts';
export type { TrainTokenizerEvent } from './run-training.ts';
export type { TextSource } from './count-words.ts';
export { readTexts, type ReadTextsOptions } from './read-texts.ts';
export type { TiktokenPatternName } from './formats/tiktoken-patterns.ts';
