import { check, checkOptions, ConfigError, type Run } from '@gptloom/core';
import { byteMergeLearner } from './bpe-trainer.ts';
import type { TextSource } from './count-words.ts';
import { defaultEndToken, defaultPadToken } from './end-and-pad.ts';
import {
  byteLevel,
  tiktokenPatternNames,
  tiktokenPreTokenizer,
  type TiktokenPatternName,
} from './formats/tiktoken-patterns.ts';
import { tokenizerFiles } from './formats/tokenizer-files.ts';
import type { JsonTokenizer } from './json-tokenizer.ts';
import { learnedBpe } from './learned-model.ts';
import {
  checkClash,
  checkSpecialTexts,
  runTraining,
  trainingChecks,
  type TrainTokenizerEvent,
} from './run-training.ts';
import { addedToken, type JsonObject } from './tokenizer-document.ts';
import { readWordRules } from './training-options.ts';
import type { WordRules } from './word-cutter.ts';

/** A pattern of one's own for cutting text into words. */
export interface RegexPattern {
  /** A regular expression, in the words of huggingface/tokenizers; its matches are words. */
  readonly regex: string;
}

/** What `trainBpeTokenizer` needs to know. */
export interface TrainBpeOptions {
  /** Most tokens in the vocabulary: 256 bytes, merges and special tokens together. */
  readonly vocabSize: number;
  /** How often a pair must occur to be merged. Default 0: as often as once. */
  readonly minFrequency?: number | undefined;
  /** Text of the token that ends a document. Default `<|endoftext|>`. */
  readonly endToken?: string | undefined;
  /** Text of the token that fills batches. Default `<|pad|>`. */
  readonly padToken?: string | undefined;
  /** Texts of further special tokens, for example of a chat template. Default none. */
  readonly specialTokens?: readonly string[] | undefined;
  /**
   * The pattern that cuts text into words: one of tiktoken's by name, or a regular expression whose matches are words, in
   * the syntax of huggingface/tokenizers. Default `gpt2`.
   */
  readonly pattern?: TiktokenPatternName | RegexPattern | undefined;
  /** Most threads that count words, in Node and browsers. Default: as many as there are cores, at most 8. */
  readonly threads?: number | undefined;
  /** Stops the training; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

const who = 'trainBpeTokenizer';

/**
 * Trains a byte-level BPE tokenizer: 256 byte tokens, then one token for each merge of the most frequent pair, ties to
 * the smaller pair of ids, then the special tokens. The same text gives the same tokenizer; merges equal those of
 * huggingface/tokenizers. A text that runs out of pairs gives a smaller vocabulary. Memory grows with distinct words,
 * not with the length of the text.
 *
 * ```ts
 * import { trainBpeTokenizer } from '@gptloom/tokenizer/training';
 *
 * const training = trainBpeTokenizer(['the cat sat', 'on the mat'], { vocabSize: 280 });
 * for await (const event of training) console.log(`${event.tokens} of ${event.vocabSize} tokens`);
 * const tokenizer = await training;
 * console.log(tokenizer.vocabSize);
 * ```
 *
 * @returns a run that gives progress events, several a second and one at the end, and the tokenizer
 * @throws ConfigError where an option is wrong, or `vocabSize` leaves no room for the bytes and special tokens
 */
export function trainBpeTokenizer(text: TextSource, options: TrainBpeOptions): Run<TrainTokenizerEvent, JsonTokenizer> {
  checkOptions(who, options, {
    ...trainingChecks,
    endToken: check.optional(check.nonEmptyString),
    padToken: check.optional(check.nonEmptyString),
    pattern: check.optional(check.either(check.oneOf(...tiktokenPatternNames), check.object)),
  });
  const { vocabSize, minFrequency = 0, pattern = 'gpt2', threads, signal } = options;
  const { endToken = defaultEndToken, padToken = defaultPadToken, specialTokens = [] } = options;
  const special = checkSpecialTexts(who, [endToken, padToken, ...specialTokens]);
  const mostLearned = vocabSize - special.length;
  if (mostLearned < 256) {
    throw new ConfigError({
      who,
      rule: `vocabSize must have room for 256 bytes and ${special.length} special tokens`,
      received: String(vocabSize),
      suggestion: `at least ${256 + special.length}`,
    });
  }
  const { rules, preTokenizer } = readPattern(pattern);
  return runTraining({
    who,
    text,
    rules,
    threads,
    signal,
    vocabSize,
    firstTokens: 256 + special.length,
    tokensBesides: special.length,
    learn: (words) => byteMergeLearner(words, minFrequency).learn(mostLearned),
    finish({ tokens, merges }) {
      checkClash(who, special, new Set(tokens));
      return tokenizerFiles(
        {
          addedTokens: special.map((one, i) => addedToken(one, tokens.length + i)),
          preTokenizer,
          postProcessor: { ...byteLevel, use_regex: true, trim_offsets: false },
          decoder: { ...byteLevel, use_regex: true, add_prefix_space: true },
          model: learnedBpe({ tokens: [...tokens, ...special], merges }),
        },
        { eos_token: endToken, pad_token: padToken },
      );
    },
  });
}

/** How text is cut for counting, and the pre-tokenizer that does the same in `tokenizer.json`. */
function readPattern(pattern: NonNullable<TrainBpeOptions['pattern']>): { rules: WordRules; preTokenizer: JsonObject } {
  if (typeof pattern === 'string') return { rules: { pattern }, preTokenizer: tiktokenPreTokenizer(pattern) };
  checkOptions(`${who} pattern`, pattern, { regex: check.nonEmptyString });
  const split = { type: 'Split', pattern: { Regex: pattern.regex }, behavior: 'Isolated', invert: false };
  const rules = readWordRules({ preTokenizer: split }, { normalizer: null, preTokenizer: null });
  return { rules, preTokenizer: { type: 'Sequence', pretokenizers: [split, byteLevel] } };
}
