import { check, ConfigError, describeValue, Run } from '@gptloom/core';
import { countWords, documentsOf, type TextSource } from './count-words.ts';
import type { TokenizerFiles } from './formats/tokenizer-files.ts';
import { JsonTokenizer } from './json-tokenizer.ts';
import type { CountedWords } from './word-counts.ts';
import type { WordRules } from './word-cutter.ts';

/** How far the training of a tokenizer is. */
export interface TrainTokenizerEvent {
  /** The only kind of event so far. */
  readonly type: 'progress';
  /** What is being done: words are counted, then tokens are learned from them. */
  readonly phase: 'counting' | 'learning';
  /** Documents read so far. */
  readonly documents: number;
  /** Tokens in the vocabulary so far, special tokens included; training of Unigram starts with many and drops most. */
  readonly tokens: number;
  /** Tokens asked for. */
  readonly vocabSize: number;
}

/** What every training does alike. */
export interface TrainingPlan<Learned> {
  readonly who: string;
  readonly text: TextSource;
  readonly rules: WordRules;
  readonly threads: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly vocabSize: number;
  /** Tokens that are there before anything is learned. */
  readonly firstTokens: number;
  /** Tokens that learning does not count; default none. */
  readonly tokensBesides?: number;
  /** Learns from the counted words on so many threads; yields the size of the vocabulary so far. */
  readonly learn: (
    words: CountedWords,
    threads: number,
  ) => Generator<number, Learned, void> | AsyncGenerator<number, Learned, void>;
  /** The tokenizer as files. */
  readonly finish: (learned: Learned) => TokenizerFiles;
}

const millisecondsPerEvent = 40;
const mostThreads = 8;

/** The checks of the options that every training has. */
export const trainingChecks = {
  vocabSize: check.positiveInteger,
  minFrequency: check.optional(check.nonNegativeInteger),
  specialTokens: check.optional(check.array),
  threads: check.optional(check.positiveInteger),
  signal: check.optional(check.abortSignal),
};

/** Counts words, learns from them and tells how far it is, several times a second and at the end. */
export function runTraining<Learned>(plan: TrainingPlan<Learned>): Run<TrainTokenizerEvent, JsonTokenizer> {
  const { who, rules, signal, vocabSize } = plan;
  const source = documentsOf(who, plan.text);
  const threads = plan.threads ?? Math.min(mostThreads, globalThis.navigator?.hardwareConcurrency ?? 1);
  return new Run(async function* (): AsyncGenerator<TrainTokenizerEvent, JsonTokenizer, void> {
    let lastEvent = performance.now();
    const isDue = (): boolean => {
      signal?.throwIfAborted();
      if (performance.now() - lastEvent < millisecondsPerEvent) return false;
      lastEvent = performance.now();
      return true;
    };
    let documents = 0;
    const progress = (phase: TrainTokenizerEvent['phase'], tokens: number): TrainTokenizerEvent => {
      return { type: 'progress', phase, documents, tokens, vocabSize };
    };
    const count = async function* (): AsyncGenerator<TrainTokenizerEvent, CountedWords, void> {
      const counting = countWords(source, { who, rules, threads });
      try {
        for (;;) {
          const step = await counting.next();
          if (step.done === true) return step.value.words;
          documents = step.value;
          if (isDue()) yield progress('counting', plan.firstTokens);
        }
      } finally {
        // Threads end where the run is left or stopped.
        await counting.return(undefined as never);
      }
    };
    isDue();
    // Nothing here holds the words: their memory goes when the learner does not need it any more.
    const learning = plan.learn(yield* count(), threads);
    let learned = await learning.next();
    try {
      for (; learned.done !== true; learned = await learning.next()) {
        if (isDue()) yield progress('learning', learned.value + (plan.tokensBesides ?? 0));
      }
    } finally {
      await learning.return(undefined as never);
    }
    const files = plan.finish(learned.value);
    const tokenizer = JsonTokenizer.fromJson(files['tokenizer.json'], files['tokenizer_config.json']);
    yield progress('learning', tokenizer.vocabSize);
    signal?.throwIfAborted();
    return tokenizer;
  });
}

/**
 * Checks the texts of special tokens.
 *
 * @throws ConfigError where one is empty or comes twice
 */
export function checkSpecialTexts(who: string, texts: readonly unknown[]): readonly string[] {
  return texts.map((text, i) => {
    const broken =
      check.nonEmptyString(text) ?? ((text as string).isWellFormed() ? undefined : 'must have no lone surrogate');
    if (broken !== undefined) {
      throw new ConfigError({ who, rule: `a special token ${broken}`, received: describeValue(text) });
    }
    if (texts.indexOf(text) < i) {
      throw new ConfigError({ who, rule: 'special tokens must differ from each other', received: describeValue(text) });
    }
    return text as string;
  });
}

/**
 * Checks that no special token is one that the text itself gives.
 *
 * @throws ConfigError naming it
 */
export function checkClash(who: string, special: readonly string[], learned: ReadonlySet<string>): void {
  const clash = special.find((text) => learned.has(text));
  if (clash === undefined) return;
  throw new ConfigError({
    who,
    rule: 'a special token must not be a token that the text itself gives',
    received: describeValue(clash),
    suggestion: `write it as <|${clash}|>`,
  });
}
