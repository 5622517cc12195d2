export { GptloomError, type ErrorDetails } from './gptloom-error.ts';
export { ConfigError } from './config-error.ts';
export { ShapeError } from './shape-error.ts';
export { TokenizerError } from './tokenizer-error.ts';
export { FormatError } from './format-error.ts';
export { CheckpointError } from './checkpoint-error.ts';
export { BackendError } from './backend-error.ts';
export { DisposedError } from './disposed-error.ts';
export { TrainingError } from './training-error.ts';
export { check, checkOptions, type Check } from './check-options.ts';
export { describeValue } from './describe-value.ts';
export { fingerprint } from './fingerprint.ts';
export { nextTick } from './next-tick.ts';
export {
  foldIn,
  randomBits,
  randomInteger,
  randomKey,
  randomNormal,
  randomPermutation,
  randomUniform,
  type RandomKey,
} from './random-key.ts';
export { Run } from './run.ts';
export { encodeDocument, encodePrompt, type AllowedSpecial, type StreamDecoder, type Tokenizer } from './tokenizer.ts';
export type { LanguageModel } from './language-model.ts';
export { ignoreIndex, type LabelBatch, type TokenBatch } from './token-batch.ts';
export type { Communicator } from './communicator.ts';
export { directoryStore, openFileStore, MemoryFileStore, type FileStore } from './file-store.ts';
export type { ByteRange } from './store-path.ts';
