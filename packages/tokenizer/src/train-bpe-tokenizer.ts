import { check, checkOptions, ConfigError, type Run } from '@gptloom/core';
import { BpeTokenizer } from './bpe-tokenizer.ts';
import { byteMergeLearner } from './bpe-trainer.ts';
import type { TextSource } from './count-words.ts';
import { defaultEndToken, defaultPadToken } from './end-and-pad.ts';
import type { LearnedMerges } from './merge-learner.ts';
import {
  checkClash,
  checkSpecialTexts,
  runTraining,
  trainingChecks,
  type TrainTokenizerEvent,
} from './run-training.ts';
import { wordSplitters, type PatternName } from './split-words.ts';

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
  /** The pattern that cuts text into words. Default `gpt2`. */
  readonly pattern?: PatternName | undefined;
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
 * import { trainBpeTokenizer } from '@gptloom/tokenizer';
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
export function trainBpeTokenizer(text: TextSource, options: TrainBpeOptions): Run<TrainTokenizerEvent, BpeTokenizer> {
  checkOptions(who, options, {
    ...trainingChecks,
    endToken: check.optional(check.nonEmptyString),
    padToken: check.optional(check.nonEmptyString),
    pattern: check.optional(check.oneOf(...Object.keys(wordSplitters))),
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
  return runTraining({
    who,
    text,
    rules: { pattern },
    threads,
    signal,
    vocabSize,
    firstTokens: 256 + special.length,
    *learn(words): Generator<number, LearnedMerges, void> {
      const steps = byteMergeLearner(words, minFrequency).learn(mostLearned);
      let step = steps.next();
      for (; step.done !== true; step = steps.next()) yield step.value + special.length;
      return step.value;
    },
    finish({ tokens, merges }) {
      checkClash(who, special, new Set(tokens));
      const result = new BpeTokenizer({
        tokens: [...tokens, ...special],
        merges,
        specialTokens: new Map(special.map((text, i) => [text, tokens.length + i])),
        pattern,
        endToken: tokens.length,
        padToken: tokens.length + 1,
      });
      return { result, tokens: result.vocabSize };
    },
  });
}
