import { check, checkOptions, ConfigError, describeValue, Run } from '@gptloom/core';
import { BpeTokenizer } from './bpe-tokenizer.ts';
import { byteMergeLearner } from './bpe-trainer.ts';
import { defaultEndToken, defaultPadToken } from './end-and-pad.ts';
import { wordSplitters, type PatternName } from './split-words.ts';
import { WordCounts } from './word-counts.ts';

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
  /** Stops the training; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** How far the training of a tokenizer is. */
export interface TrainBpeEvent {
  /** The only kind of event so far. */
  readonly type: 'progress';
  /** Tokens in the vocabulary so far, special tokens included. */
  readonly tokens: number;
  /** Tokens asked for. */
  readonly vocabSize: number;
}

/** Text to learn from: a string, or documents that come one by one. No word reaches across two documents. */
export type TextSource = string | Iterable<string> | AsyncIterable<string>;

const who = 'trainBpeTokenizer';
const millisecondsPerEvent = 40;

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
export function trainBpeTokenizer(text: TextSource, options: TrainBpeOptions): Run<TrainBpeEvent, BpeTokenizer> {
  checkOptions(who, options, {
    vocabSize: check.positiveInteger,
    minFrequency: check.optional(check.nonNegativeInteger),
    endToken: check.optional(check.nonEmptyString),
    padToken: check.optional(check.nonEmptyString),
    specialTokens: check.optional(check.array),
    pattern: check.optional(check.oneOf(...Object.keys(wordSplitters))),
    signal: check.optional(check.abortSignal),
  });
  const { vocabSize, minFrequency = 0, pattern = 'gpt2', signal } = options;
  const special = specialTexts(options);
  const mostLearned = vocabSize - special.length;
  if (mostLearned < 256) {
    throw new ConfigError({
      who,
      rule: `vocabSize must have room for 256 bytes and ${special.length} special tokens`,
      received: String(vocabSize),
      suggestion: `at least ${256 + special.length}`,
    });
  }
  const documents = documentsOf(text);
  return new Run(async function* () {
    let lastEvent = performance.now();
    const isDue = (): boolean => {
      signal?.throwIfAborted();
      if (performance.now() - lastEvent < millisecondsPerEvent) return false;
      lastEvent = performance.now();
      return true;
    };
    const progress = (learned: number): TrainBpeEvent => {
      return { type: 'progress', tokens: learned + special.length, vocabSize };
    };
    const words = new WordCounts();
    let place = 0;
    isDue();
    for await (const document of documents) {
      if (typeof document !== 'string') {
        throw new ConfigError({ who, rule: `document ${place} must be a string`, received: describeValue(document) });
      }
      place++;
      if (isDue()) yield progress(256);
      for (const _ of words.addText(document, wordSplitters[pattern])) if (isDue()) yield progress(256);
    }
    const steps = byteMergeLearner(words.words, minFrequency).learn(mostLearned);
    let step = steps.next();
    while (step.done !== true) {
      if (isDue()) yield progress(step.value);
      step = steps.next();
    }
    const { tokens, merges } = step.value;
    yield progress(tokens.length);
    signal?.throwIfAborted();
    return assemble(tokens, merges, special, pattern);
  });
}

function specialTexts(options: TrainBpeOptions): string[] {
  const { endToken = defaultEndToken, padToken = defaultPadToken, specialTokens = [] } = options;
  const texts = [endToken, padToken, ...specialTokens];
  texts.forEach((text, i) => {
    const broken = check.nonEmptyString(text);
    if (broken !== undefined) {
      throw new ConfigError({ who, rule: `a special token ${broken}`, received: describeValue(text) });
    }
    if (texts.indexOf(text) < i) {
      throw new ConfigError({ who, rule: 'special tokens must differ from each other', received: describeValue(text) });
    }
  });
  return texts;
}

function documentsOf(text: unknown): Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof text === 'string') return [text];
  if (typeof text === 'object' && text !== null) {
    if (Symbol.iterator in text) return text as Iterable<unknown>;
    if (Symbol.asyncIterator in text) return text as AsyncIterable<unknown>;
  }
  throw new ConfigError({
    who,
    rule: 'text must be a string or an iterable of strings',
    received: describeValue(text),
  });
}

function assemble(
  learned: readonly string[],
  merges: readonly (readonly [number, number])[],
  special: readonly string[],
  pattern: PatternName,
): BpeTokenizer {
  const clash = special.find((text) => learned.includes(text));
  if (clash !== undefined) {
    throw new ConfigError({
      who,
      rule: 'a special token must not be a token that the text itself gives',
      received: describeValue(clash),
      suggestion: `write it as <|${clash}|>`,
    });
  }
  return new BpeTokenizer({
    tokens: [...learned, ...special],
    merges,
    specialTokens: new Map(special.map((text, i) => [text, learned.length + i])),
    pattern,
    endToken: learned.length,
    padToken: learned.length + 1,
  });
}
