import {
  check,
  checkOptions,
  ConfigError,
  encodePrompt,
  foldIn,
  randomKey,
  Run,
  TokenizerError,
  type Tokenizer,
} from '@gptloom/core';
import { checkGenerationFits } from './check-memory.ts';
import type { GptModel } from './gpt-model.ts';
import type { GenerationWork } from './memory-estimate.ts';
import { NextTokenLogits } from './next-token-logits.ts';
import { sampleToken, samplingChecks, type SamplingOptions } from './sampling.ts';
import { checkTokenIds } from './token-ids.ts';

/** How `generate` continues token ids. */
export interface GenerateOptions extends SamplingOptions {
  /** How many tokens to write at most. */
  readonly maxNewTokens: number;
  /** Ids that end the text; the one that came is not part of the result. Default: none. */
  readonly endTokens?: readonly number[] | undefined;
  /** Stops before the next token. */
  readonly signal?: AbortSignal | undefined;
  /** Whether keys and values of earlier tokens are kept, which changes the speed and not the tokens. Default true. */
  readonly useCache?: boolean | undefined;
}

/** Why generation ended: an end token came, `maxNewTokens` were written, or the signal was aborted. */
export type GenerationEnd = 'end' | 'length' | 'aborted';

/** What `generate` resolves to. */
export interface Generation {
  /** The new token ids, without the prompt and the end token. */
  readonly tokens: readonly number[];
  /** Why it ended. */
  readonly reason: GenerationEnd;
}

/** How `generateText` continues a text. */
export interface GenerateTextOptions extends Omit<GenerateOptions, 'endTokens'> {
  /** The tokenizer that the model was trained with. Its end token ends the text. */
  readonly tokenizer: Tokenizer;
}

/** What `generateText` resolves to. */
export interface TextGeneration extends Generation {
  /** The new text, without the prompt. */
  readonly text: string;
}

const generateChecks = {
  ...samplingChecks,
  maxNewTokens: check.nonNegativeInteger,
  signal: check.optional(check.abortSignal),
  useCache: check.optional(check.boolean),
};

/**
 * The work behind `GptModel.generate`.
 *
 * @param ids how many ids may be drawn, from 0 on: a vocabulary padded beyond the tokenizer has rows that mean nothing
 */
export function generateTokens(
  model: GptModel,
  prompt: ArrayLike<number>,
  options: GenerateOptions,
  ids = model.config.vocabSize,
): Run<number, Generation> {
  checkOptions('generate', options, { ...generateChecks, endTokens: check.optional(check.array) });
  const { vocabSize } = model.config;
  checkTokenIds('generate', prompt, vocabSize);
  if (prompt.length === 0) {
    throw new ConfigError({
      who: 'generate',
      rule: 'the prompt must hold at least one token',
      suggestion: 'start from the end token of the tokenizer, which stands between documents',
    });
  }
  checkTokenIds('generate endTokens', options.endTokens ?? [], vocabSize);
  const endTokens = new Set(options.endTokens);
  // A copy of what was checked: the run starts later.
  const start = Array.from(prompt);
  return new Run<number, Generation>(async function* () {
    checkGenerationFits(model, start.length, (length) => workOf(model, length, options));
    const key = foldIn(randomKey(options.seed ?? 0), 'generate');
    const tokens: number[] = [];
    const next = new NextTokenLogits(model, options.useCache ?? true);
    try {
      let unread = start;
      while (tokens.length < options.maxNewTokens) {
        if (options.signal?.aborted === true) return { tokens, reason: 'aborted' };
        const token = sampleToken((await next.read(unread)).subarray(0, ids), options, foldIn(key, tokens.length));
        if (endTokens.has(token)) return { tokens, reason: 'end' };
        tokens.push(token);
        unread = [token];
        yield token;
      }
      return { tokens, reason: 'length' };
    } finally {
      next.dispose();
    }
  });
}

/** Tokens for which a cache has room at least, as the engine grows it: to twice of what it holds. */
const leastCached = 32;

/** What has to be held at once: the prompt is read as a whole, and of a full window the newer half again. */
function workOf({ maxSeqLen }: GptModel, promptLength: number, options: GenerateOptions): GenerationWork {
  const length = promptLength + options.maxNewTokens;
  if (options.useCache === false) return { time: Math.min(maxSeqLen, length), cached: 0 };
  const half = Math.max(1, Math.floor(maxSeqLen / 2));
  const prompt = promptLength > maxSeqLen ? half : promptLength;
  const cached = Math.min(maxSeqLen, Math.max(leastCached, 2 * length));
  return { time: length > maxSeqLen ? Math.max(half, prompt) : prompt, cached };
}

/** The work behind `GptModel.generateText`. */
export function generateText(
  model: GptModel,
  prompt: string,
  options: GenerateTextOptions,
): Run<string, TextGeneration> {
  checkOptions('generateText', options, { ...generateChecks, tokenizer: check.methods('encode', 'streamDecoder') });
  const { tokenizer, ...rest } = options;
  checkTokenizerFits(model, tokenizer);
  const ids = encodePrompt(tokenizer, prompt);
  // An empty prompt starts where a document starts: after the end token of the one before.
  const start = ids.length === 0 ? [tokenizer.endToken] : ids;
  return new Run<string, TextGeneration>(async function* () {
    const decoder = tokenizer.streamDecoder();
    const run = generateTokens(model, start, { ...rest, endTokens: [tokenizer.endToken] }, tokenizer.vocabSize);
    let text = '';
    for await (const token of run) {
      const piece = decoder.push(token);
      text += piece;
      if (piece !== '') yield piece;
    }
    const tail = decoder.flush();
    text += tail;
    if (tail !== '') yield tail;
    return { ...(await run), text };
  });
}

/**
 * Refuses a tokenizer that can not be the model's.
 *
 * @throws TokenizerError when the tokenizer has more ids than the model, or another fingerprint than the one that the
 * model was saved with
 */
export function checkTokenizerFits(model: GptModel, tokenizer: Tokenizer): void {
  if (tokenizer.vocabSize > model.config.vocabSize) {
    throw new TokenizerError({
      who: 'GptModel',
      rule: `the tokenizer must have at most the ${model.config.vocabSize} ids of the model`,
      received: `${tokenizer.vocabSize} ids`,
      suggestion: 'use the tokenizer that the model was trained with',
    });
  }
  const expected = model.tokenizerFingerprint;
  if (expected !== undefined && expected !== tokenizer.fingerprint) {
    throw new TokenizerError({
      who: 'GptModel',
      rule: 'the tokenizer must be the one that the model was saved with',
      received: `a tokenizer with fingerprint ${tokenizer.fingerprint} instead of ${expected}`,
      suggestion: 'load it with loadTokenizer from the directory of the model',
    });
  }
}
