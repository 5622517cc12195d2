import { check, checkOptions, type Run } from '@gptloom/core';
import type { TextSource } from './count-words.ts';
import { defaultEndToken, defaultPadToken } from './end-and-pad.ts';
import type { JsonTokenizer } from './json-tokenizer.ts';
import { learnedBpe } from './learned-model.ts';
import type { TrainTokenizerEvent } from './run-training.ts';
import { trainMerges } from './train-merges.ts';
import { metaspace, readWordRules, subwordChecks, type TrainSubwordOptions } from './training-options.ts';

/**
 * What `trainCharacterBpeTokenizer` needs to know. Defaults: `<unk>`, `<|endoftext|>` and `<|pad|>` for unknown, end and
 * padding token; no normalizer; as pre-tokenizer Metaspace, which keeps spaces as U+2581, or with a `wordSuffix`
 * WhitespaceSplit.
 */
export interface TrainCharacterBpeOptions extends TrainSubwordOptions {
  /** How often a pair must occur to be merged. Default 0: as often as once. */
  readonly minFrequency?: number | undefined;
  /** Most characters to keep, the rarest go first and become unknown. Default: all. */
  readonly alphabetLimit?: number | undefined;
  /** Goes after the last piece of a word, for example `</w>`. Default none. */
  readonly wordSuffix?: string | undefined;
}

const who = 'trainCharacterBpeTokenizer';

/**
 * Trains byte pair encoding on characters: the vocabulary begins with the characters of the text, and characters that
 * it lacks are unknown. Byte-level BPE, `trainBpeTokenizer`, has no unknown characters.
 *
 * Merges and vocabulary are those of `BpeTrainer` of huggingface/tokenizers with the special tokens first (padding,
 * unknown, end, then `specialTokens`) and characters in the order of their code points; with a `wordSuffix` those that
 * end a word follow, by code point, where the reference has the order of a hash table.
 *
 * Source: Sennrich et al. 2016, "Neural machine translation of rare words with subword units".
 *
 * ```ts
 * import { trainCharacterBpeTokenizer } from '@gptloom/tokenizer/training';
 *
 * const tokenizer = await trainCharacterBpeTokenizer('she sells sea shells by the sea shore', { vocabSize: 40 });
 * console.log(tokenizer.decode(tokenizer.encode('sea shells')));
 * ```
 *
 * @returns a run that gives progress events, several a second and one at the end, and the tokenizer
 * @throws ConfigError where an option is wrong, or `vocabSize` leaves no room for the characters of the text
 */
export function trainCharacterBpeTokenizer(
  text: TextSource,
  options: TrainCharacterBpeOptions,
): Run<TrainTokenizerEvent, JsonTokenizer> {
  checkOptions(who, options, {
    ...subwordChecks,
    minFrequency: check.optional(check.nonNegativeInteger),
    alphabetLimit: check.optional(check.positiveInteger),
    wordSuffix: check.optional(check.string),
  });
  const { unknownToken = '<unk>', wordSuffix = '' } = options;
  const rules = readWordRules(options, {
    normalizer: null,
    preTokenizer: wordSuffix === '' ? metaspace : { type: 'WhitespaceSplit' },
  });
  return trainMerges({
    who,
    text,
    options,
    minFrequency: options.minFrequency ?? 0,
    alphabetLimit: options.alphabetLimit,
    rules,
    unknownToken,
    endToken: options.endToken ?? defaultEndToken,
    padToken: options.padToken ?? defaultPadToken,
    specialTokens: options.specialTokens ?? [],
    continuingPrefix: '',
    wordSuffix,
    decoder:
      rules.preTokenizer?.['type'] === 'Metaspace'
        ? rules.preTokenizer
        : { type: 'BPEDecoder', suffix: wordSuffix === '' ? '</w>' : wordSuffix },
    model: (learned) =>
      learnedBpe(learned, { unk_token: unknownToken, end_of_word_suffix: wordSuffix === '' ? null : wordSuffix }),
  });
}
