import type { Run } from '@gptloom/core';
import { characterMergeLearner } from './character-merge-learner.ts';
import type { TextSource } from './count-words.ts';
import { addedToken, type JsonObject } from './tokenizer-document.ts';
import { tokenizerFiles } from './formats/tokenizer-files.ts';
import type { JsonTokenizer } from './json-tokenizer.ts';
import type { LearnedMerges, MergeLearner } from './merge-learner.ts';
import { checkClash, checkSpecialTexts, runTraining, type TrainTokenizerEvent } from './run-training.ts';
import { checkRoom, type TrainSubwordOptions } from './training-options.ts';
import type { WordRules } from './word-cutter.ts';

/** What differs between the trainings that merge characters. */
export interface MergeTrainingPlan {
  readonly who: string;
  readonly text: TextSource;
  readonly options: TrainSubwordOptions;
  readonly minFrequency: number;
  readonly alphabetLimit: number | undefined;
  readonly rules: Extract<WordRules, { normalizer: unknown }>;
  readonly unknownToken: string;
  readonly endToken: string;
  readonly padToken: string;
  readonly specialTokens: readonly string[];
  readonly continuingPrefix: string;
  readonly wordSuffix: string;
  readonly decoder: JsonObject;
  /** `model` of `tokenizer.json`. */
  readonly model: (learned: LearnedMerges) => JsonObject;
}

/** Trains by merging characters and reads the tokenizer from the file that it makes. */
export function trainMerges(plan: MergeTrainingPlan): Run<TrainTokenizerEvent, JsonTokenizer> {
  const { who, options, rules, padToken, unknownToken, endToken } = plan;
  const { vocabSize, initialAlphabet = [] } = options;
  const special = checkSpecialTexts(who, [padToken, unknownToken, endToken, ...plan.specialTokens]);
  return runTraining({
    who,
    text: plan.text,
    rules,
    threads: options.threads,
    signal: options.signal,
    vocabSize,
    firstTokens: special.length,
    learn: (words) =>
      learnMerges(
        who,
        vocabSize,
        characterMergeLearner(words, {
          specialTokens: special,
          initialAlphabet,
          alphabetLimit: plan.alphabetLimit,
          minFrequency: plan.minFrequency,
          continuingPrefix: plan.continuingPrefix,
          wordSuffix: plan.wordSuffix,
        }),
      ),
    finish(learned) {
      checkClash(who, special, new Set(learned.tokens.slice(special.length)));
      return tokenizerFiles(
        {
          addedTokens: special.map((text, id) => addedToken(text, id)),
          normalizer: rules.normalizer,
          preTokenizer: rules.preTokenizer,
          decoder: plan.decoder,
          model: plan.model(learned),
        },
        { eos_token: endToken, pad_token: padToken, unk_token: unknownToken },
      );
    },
  });
}

function* learnMerges(
  who: string,
  vocabSize: number,
  makeLearner: Generator<number, MergeLearner, void>,
): Generator<number, LearnedMerges, void> {
  const learner = yield* makeLearner;
  checkRoom(who, learner.size, vocabSize);
  return yield* learner.learn(vocabSize);
}
