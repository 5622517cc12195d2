import { check, ConfigError } from '@gptloom/core';
import { readNormalizer } from './normalizers/read-normalizer.ts';
import { readPreTokenizer } from './pre-tokenizers/read-pre-tokenizer.ts';
import { trainingChecks } from './run-training.ts';
import { isObject, type JsonObject } from './tokenizer-document.ts';
import type { WordRules } from './word-cutter.ts';

/** What the training of WordPiece, Unigram and BPE on characters needs to know alike. */
export interface TrainSubwordOptions {
  /** Tokens in the vocabulary, special tokens included; fewer where the text gives no more. */
  readonly vocabSize: number;
  /** Text of the token for what the vocabulary has no token for. */
  readonly unknownToken?: string | undefined;
  /** Text of the token that ends a document. */
  readonly endToken?: string | undefined;
  /** Text of the token that fills batches. */
  readonly padToken?: string | undefined;
  /** Texts of further special tokens. */
  readonly specialTokens?: readonly string[] | undefined;
  /** Characters that become tokens whatever the text: the first one of each string. Default none. */
  readonly initialAlphabet?: readonly string[] | undefined;
  /** The normalizer as `tokenizer.json` has it, `null` for none. */
  readonly normalizer?: Readonly<Record<string, unknown>> | null | undefined;
  /** The pre-tokenizer, which cuts text into words, as `tokenizer.json` has it, `null` for none. */
  readonly preTokenizer?: Readonly<Record<string, unknown>> | null | undefined;
  /** Most threads that count words and learn Unigram, in Node and browsers. Default: as many as there are cores, at most 8. */
  readonly threads?: number | undefined;
  /** Stops the training; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

const objectOrNull = (value: unknown): string | undefined => (value === null ? undefined : check.object(value));

/** The checks of these options. */
export const subwordChecks = {
  vocabSize: trainingChecks.vocabSize,
  unknownToken: check.optional(check.nonEmptyString),
  endToken: check.optional(check.nonEmptyString),
  padToken: check.optional(check.nonEmptyString),
  specialTokens: trainingChecks.specialTokens,
  initialAlphabet: check.optional(
    (value) => check.array(value) ?? (value as unknown[]).map(check.nonEmptyString).find((rule) => rule !== undefined),
  ),
  normalizer: check.optional(objectOrNull),
  preTokenizer: check.optional(objectOrNull),
  threads: trainingChecks.threads,
  signal: trainingChecks.signal,
};

/** Metaspace: a space becomes U+2581 and belongs to the word after it. */
export const metaspace: JsonObject = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };

/**
 * The rules by which text is cut, with normalizer and pre-tokenizer in full as files have them.
 *
 * @throws FormatError naming what is broken or not supported
 */
export function readWordRules(
  options: Pick<TrainSubwordOptions, 'normalizer' | 'preTokenizer'>,
  defaults: { readonly normalizer: JsonObject | null; readonly preTokenizer: JsonObject | null },
): Extract<WordRules, { normalizer: unknown }> {
  const { normalizer = defaults.normalizer, preTokenizer = defaults.preTokenizer } = options;
  return {
    normalizer: isObject(normalizer) ? readNormalizer('normalizer', normalizer).json : null,
    preTokenizer: isObject(preTokenizer) ? readPreTokenizer('preTokenizer', preTokenizer).json : null,
  };
}

/**
 * Checks that the characters of the text leave room in the vocabulary.
 *
 * @throws ConfigError where they do not
 */
export function checkRoom(who: string, needed: number, vocabSize: number): void {
  if (needed <= vocabSize) return;
  throw new ConfigError({
    who,
    rule: `vocabSize must have room for the characters of the text and the special tokens, ${needed} together`,
    received: String(vocabSize),
    suggestion: `at least ${needed}`,
  });
}
