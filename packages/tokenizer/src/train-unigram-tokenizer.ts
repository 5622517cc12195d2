import { check, checkOptions, type Run } from '@gptloom/core';
import type { TextSource } from './count-words.ts';
import { tokenizerFiles } from './formats/tokenizer-files.ts';
import type { JsonTokenizer } from './json-tokenizer.ts';
import { checkClash, checkSpecialTexts, runTraining, type TrainTokenizerEvent } from './run-training.ts';
import { addedToken } from './tokenizer-document.ts';
import { checkRoom, metaspace, readWordRules, subwordChecks, type TrainSubwordOptions } from './training-options.ts';
import { UnigramLearner } from './unigram-learner.ts';

/**
 * What `trainUnigramTokenizer` needs to know. Defaults: `<unk>`, `</s>` and `<pad>` for unknown, end and padding token; no
 * normalizer; Metaspace, which keeps spaces as U+2581, as pre-tokenizer.
 */
export interface TrainUnigramOptions extends TrainSubwordOptions {
  /** Most characters of a piece. Default 16. */
  readonly maxPieceLength?: number | undefined;
  /** Most pieces to start from. Default 1,000,000. */
  readonly seedSize?: number | undefined;
  /** The share of pieces that one pruning keeps, below 1. Default 0.75. */
  readonly shrinkingFactor?: number | undefined;
  /** Rounds of expectation and maximization between two prunings. Default 2. */
  readonly iterations?: number | undefined;
}

const who = 'trainUnigramTokenizer';

/**
 * Trains a Unigram tokenizer: every piece has a probability, and a text is encoded by its most probable pieces. Starts
 * from the substrings that are repeated most and drops those without which the text stays nearly as probable.
 *
 * Source: Kudo 2018, "Subword regularization", section 3.2; the steps of `UnigramTrainer` of huggingface/tokenizers, with
 * words and characters in a fixed order.
 *
 * ```ts
 * import { trainUnigramTokenizer } from '@gptloom/tokenizer/training';
 *
 * const text = 'she sells sea shells by the sea shore. '.repeat(20);
 * const tokenizer = await trainUnigramTokenizer(text, { vocabSize: 30 });
 * console.log(tokenizer.decode(tokenizer.encode('sea shells')));
 * ```
 *
 * @returns a run that gives progress events, several a second and one at the end, and the tokenizer
 * @throws ConfigError where an option is wrong, or `vocabSize` leaves no room for the characters of the text
 */
export function trainUnigramTokenizer(
  text: TextSource,
  options: TrainUnigramOptions,
): Run<TrainTokenizerEvent, JsonTokenizer> {
  checkOptions(who, options, {
    ...subwordChecks,
    maxPieceLength: check.optional(check.positiveInteger),
    seedSize: check.optional(check.positiveInteger),
    shrinkingFactor: check.optional(check.fraction),
    iterations: check.optional(check.positiveInteger),
  });
  const { vocabSize, unknownToken = '<unk>', endToken = '</s>', padToken = '<pad>', specialTokens = [] } = options;
  const {
    initialAlphabet = [],
    maxPieceLength = 16,
    seedSize = 1_000_000,
    shrinkingFactor = 0.75,
    iterations = 2,
  } = options;
  const special = checkSpecialTexts(who, [padToken, unknownToken, endToken, ...specialTokens]);
  const rules = readWordRules(options, { normalizer: null, preTokenizer: metaspace });
  const firstCharacters = initialAlphabet.map((one) => String.fromCodePoint(one.codePointAt(0)!));
  return runTraining({
    who,
    text,
    rules,
    threads: options.threads,
    signal: options.signal,
    vocabSize,
    firstTokens: special.length,
    learn(words, threads) {
      const learner = new UnigramLearner(words, {
        pieceCount: vocabSize - special.length,
        vocabSize,
        initialAlphabet: firstCharacters,
        maxPieceLength,
        seedSize,
        shrinkingFactor,
        iterations,
        threads,
      });
      checkRoom(who, new Set([...learner.alphabet, ...firstCharacters]).size + special.length, vocabSize);
      return learner.learn();
    },
    finish(pieces) {
      checkClash(who, special, new Set(pieces.map(([piece]) => piece)));
      const vocab = [...special.map((one): [string, number] => [one, 0]), ...pieces];
      return tokenizerFiles(
        {
          addedTokens: special.map((one, id) => addedToken(one, id)),
          normalizer: rules.normalizer,
          preTokenizer: rules.preTokenizer,
          decoder: rules.preTokenizer?.['type'] === 'Metaspace' ? rules.preTokenizer : null,
          model: { type: 'Unigram', unk_id: special.indexOf(unknownToken), vocab, byte_fallback: false },
        },
        { eos_token: endToken, pad_token: padToken, unk_token: unknownToken },
      );
    },
  });
}
