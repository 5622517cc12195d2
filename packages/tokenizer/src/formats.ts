export { tiktokenToFiles, type TiktokenOptions } from './formats/tiktoken-to-files.ts';
export { toTiktoken, type TiktokenExport } from './formats/to-tiktoken.ts';
export type { TiktokenPatternName } from './formats/tiktoken-patterns.ts';
export { llama2cToFiles } from './formats/llama2c-to-files.ts';
export { sentencePieceToFiles } from './formats/sentencepiece-to-files.ts';
export type { TokenizerFiles } from './formats/tokenizer-files.ts';
