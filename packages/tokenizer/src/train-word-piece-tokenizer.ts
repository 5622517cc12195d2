import { check, checkOptions, type Run } from '@gptloom/core';
import type { TextSource } from './count-words.ts';
import type { JsonTokenizer } from './json-tokenizer.ts';
import { vocabOfTokens } from './learned-model.ts';
import type { TrainTokenizerEvent } from './run-training.ts';
import { trainMerges } from './train-merges.ts';
import { readWordRules, subwordChecks, type TrainSubwordOptions } from './training-options.ts';

/**
 * What `trainWordPieceTokenizer` needs to know. Defaults are those of BERT: `[UNK]`, `[SEP]` and `[PAD]` for unknown,
 * end and padding token, `[CLS]` and `[MASK]` as further special tokens; BertNormalizer (lower case, no accents) and
 * BertPreTokenizer (words and punctuation).
 */
export interface TrainWordPieceOptions extends TrainSubwordOptions {
  /** How often a pair must occur to be merged. Default 0: as often as once. */
  readonly minFrequency?: number | undefined;
  /** Most characters to keep, the rarest go first and become unknown. Default: all. */
  readonly alphabetLimit?: number | undefined;
  /** Goes before pieces inside words. Default `##`. */
  readonly continuingPrefix?: string | undefined;
}

const who = 'trainWordPieceTokenizer';
const bertNormalizer = {
  type: 'BertNormalizer',
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: null,
  lowercase: true,
};

/**
 * Trains a WordPiece tokenizer: pairs of pieces are merged as in BPE, the most frequent first; text is then encoded by
 * the longest piece that fits, from the left.
 *
 * The vocabulary is that of `WordPieceTrainer` of huggingface/tokenizers under a fixed order of the alphabet: special
 * tokens (padding, unknown, end, then `specialTokens`), characters by code point, then characters inside words, with
 * their prefix, by code point. The reference has the last in the order of a hash table and differs from run to run.
 *
 * Source: Devlin et al. 2019, "BERT", section 3; huggingface/tokenizers `WordPieceTrainer`.
 *
 * ```ts
 * import { trainWordPieceTokenizer } from '@gptloom/tokenizer/training';
 *
 * const tokenizer = await trainWordPieceTokenizer('She sells sea shells by the sea shore.', { vocabSize: 60 });
 * console.log(tokenizer.decode(tokenizer.encode('Sea shells!')));
 * ```
 *
 * @returns a run that gives progress events, several a second and one at the end, and the tokenizer
 * @throws ConfigError where an option is wrong, or `vocabSize` leaves no room for the characters of the text
 */
export function trainWordPieceTokenizer(
  text: TextSource,
  options: TrainWordPieceOptions,
): Run<TrainTokenizerEvent, JsonTokenizer> {
  checkOptions(who, options, {
    ...subwordChecks,
    minFrequency: check.optional(check.nonNegativeInteger),
    alphabetLimit: check.optional(check.positiveInteger),
    continuingPrefix: check.optional(check.string),
  });
  const { unknownToken = '[UNK]', continuingPrefix = '##' } = options;
  return trainMerges({
    who,
    text,
    options,
    minFrequency: options.minFrequency ?? 0,
    alphabetLimit: options.alphabetLimit,
    rules: readWordRules(options, { normalizer: bertNormalizer, preTokenizer: { type: 'BertPreTokenizer' } }),
    unknownToken,
    endToken: options.endToken ?? '[SEP]',
    padToken: options.padToken ?? '[PAD]',
    specialTokens: options.specialTokens ?? ['[CLS]', '[MASK]'],
    continuingPrefix,
    wordSuffix: '',
    decoder: { type: 'WordPiece', prefix: continuingPrefix, cleanup: true },
    model: ({ tokens }) => {
      return {
        type: 'WordPiece',
        unk_token: unknownToken,
        continuing_subword_prefix: continuingPrefix,
        max_input_chars_per_word: 100,
        vocab: vocabOfTokens(tokens),
      };
    },
  });
}
