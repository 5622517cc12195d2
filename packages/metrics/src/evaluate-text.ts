import {
  check,
  checkOptions,
  ConfigError,
  describeValue,
  encodePrompt,
  Run,
  ShapeError,
  TokenizerError,
} from '@gptloom/core';
import type { LanguageModel, Tokenizer } from '@gptloom/core';
import { bitsPerByte, perplexity } from './perplexity.ts';
import { rollingWindows } from './rolling-windows.ts';
import type { RollingWindow } from './rolling-windows.ts';

/** Options of {@link evaluateText}. */
export interface EvaluateTextOptions {
  /** The longest sequence that the model is given, in tokens. Default the model's `maxSeqLen`. */
  readonly sequenceLength?: number | undefined;
  /**
   * How many new tokens each window scores, after the first. Fewer give each token more context and cost more. Default
   * `sequenceLength - 1`, which scores every token in one pass over the text.
   */
  readonly stride?: number | undefined;
  /** Windows that the model is given at once. Default 8. */
  readonly batchSize?: number | undefined;
  /** Stops the evaluation between two batches; the run then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link evaluateText} tells while it works. */
export interface EvaluateTextEvent {
  /** The kind of event. */
  readonly type: 'progress';
  /** Windows scored so far. */
  readonly windows: number;
  /** Windows in all. */
  readonly totalWindows: number;
}

/** How well a model predicts texts. */
export interface TextScore {
  /** Tokens that were scored; begin and end tokens are not among them. */
  readonly tokens: number;
  /** UTF-8 bytes of the texts. */
  readonly bytes: number;
  /** Sum of `-ln p` over the scored tokens, in nats. */
  readonly nats: number;
  /** `nats / tokens`. */
  readonly meanNats: number;
  /** `exp(meanNats)`. */
  readonly perplexity: number;
  /** `nats / (ln 2 * bytes)`. */
  readonly bitsPerByte: number;
}

interface Task extends RollingWindow {
  readonly ids: readonly number[];
}

function addNats(logProbs: Float32Array | undefined, { start, end, scored }: Task): number {
  if (logProbs?.length !== end - start - 1) {
    throw new ShapeError({
      who: 'evaluateText',
      rule: `tokenLogProbs must give ${end - start - 1} numbers for ${end - start} tokens`,
      received: describeValue(logProbs?.length),
    });
  }
  let nats = 0;
  for (let i = logProbs.length - scored; i < logProbs.length; i++) nats -= logProbs[i]!;
  if (Number.isNaN(nats)) {
    throw new ShapeError({ who: 'evaluateText', rule: 'log-probabilities must be numbers', received: 'NaN' });
  }
  return nats;
}

/**
 * Scores how well a model predicts texts: perplexity and bits per byte. Each text is a document: it starts after the
 * tokenizer's begin token, or after the end token (of the document before) for families without one. Every token of the
 * text is scored exactly once, in windows as of the lm-evaluation-harness: the first scores all it can, each later one
 * goes `stride` tokens on and looks back as far as fits. Special tokens are left out of the bytes and of the nats: the
 * end token that would follow is not scored.
 *
 * ```ts
 * import { evaluateText } from '@gptloom/metrics';
 * import { ByteTokenizer } from '@gptloom/tokenizer';
 *
 * const tokenizer = new ByteTokenizer();
 * // A model that knows nothing gives every token the same chance.
 * const unknowing = {
 *   vocabSize: tokenizer.vocabSize,
 *   maxSeqLen: 16,
 *   tokenLogProbs: async (sequences: readonly (readonly number[])[]) =>
 *     sequences.map((ids) => new Float32Array(ids.length - 1).fill(-Math.log(tokenizer.vocabSize))),
 * };
 * const { perplexity } = await evaluateText(unknowing, tokenizer, 'Any text.');
 * console.log(perplexity.toFixed(1)); // 258.0
 * ```
 *
 * @param texts one text or several; empty ones add nothing
 * @returns a run: await it for the score, or iterate it for progress
 * @throws ConfigError for windows that do not fit the model
 * @throws TokenizerError for a tokenizer with more tokens than the model has, or another one than it was saved with
 * @throws ShapeError for texts without a single token, and for models that give NaN
 */
export function evaluateText(
  model: LanguageModel,
  tokenizer: Tokenizer,
  texts: string | readonly string[],
  options: EvaluateTextOptions = {},
): Run<EvaluateTextEvent, TextScore> {
  const who = 'evaluateText';
  checkOptions<EvaluateTextOptions>(who, options, {
    sequenceLength: check.optional(check.positiveInteger),
    stride: check.optional(check.positiveInteger),
    batchSize: check.optional(check.positiveInteger),
    signal: check.optional(check.abortSignal),
  });
  const sequenceLength = options.sequenceLength ?? model.maxSeqLen;
  if (sequenceLength < 2 || sequenceLength > model.maxSeqLen) {
    throw new ConfigError({
      who,
      rule: `sequenceLength must be from 2 to the model's ${model.maxSeqLen}`,
      received: String(sequenceLength),
    });
  }
  const stride = options.stride ?? sequenceLength - 1;
  if (stride >= sequenceLength) {
    throw new ConfigError({ who, rule: 'stride must be below sequenceLength', received: `${stride}` });
  }
  const { tokenizerFingerprint } = model;
  if (tokenizerFingerprint !== undefined && tokenizerFingerprint !== tokenizer.fingerprint) {
    throw new TokenizerError({
      who,
      rule: 'the tokenizer must be the one that the model was saved with',
      received: `a tokenizer with fingerprint ${tokenizer.fingerprint} instead of ${tokenizerFingerprint}`,
    });
  }
  if (tokenizer.vocabSize > model.vocabSize) {
    throw new TokenizerError({
      who,
      rule: "the tokenizer must be the model's",
      received: `${tokenizer.vocabSize} tokens for a model of ${model.vocabSize}`,
    });
  }
  const documents = typeof texts === 'string' ? [texts] : texts;
  if (!Array.isArray(documents) || !documents.every((text) => typeof text === 'string')) {
    throw new ShapeError({
      who,
      rule: 'texts must be a string or an array of strings',
      received: describeValue(texts),
    });
  }
  return new Run(() => score(model, tokenizer, documents, sequenceLength, stride, options));
}

async function* score(
  model: LanguageModel,
  tokenizer: Tokenizer,
  documents: readonly string[],
  sequenceLength: number,
  stride: number,
  { batchSize = 8, signal }: EvaluateTextOptions,
): AsyncGenerator<EvaluateTextEvent, TextScore, void> {
  const tasks: Task[] = [];
  let tokens = 0;
  let bytes = 0;
  for (const text of documents) {
    const prompt = encodePrompt(tokenizer, text);
    const ids = tokenizer.beginToken === undefined ? [tokenizer.endToken, ...prompt] : prompt;
    tokens += ids.length - 1;
    bytes += new TextEncoder().encode(text).byteLength;
    for (const window of rollingWindows(ids.length, sequenceLength, stride)) tasks.push({ ...window, ids });
  }
  if (tokens === 0) throw new ShapeError({ who: 'evaluateText', rule: 'texts must hold at least one token' });
  let nats = 0;
  for (let first = 0; first < tasks.length; first += batchSize) {
    signal?.throwIfAborted();
    const batch = tasks.slice(first, first + batchSize);
    const logProbs = await model.tokenLogProbs(batch.map(({ ids, start, end }) => ids.slice(start, end)));
    batch.forEach((task, i) => (nats += addNats(logProbs[i], task)));
    yield { type: 'progress', windows: first + batch.length, totalWindows: tasks.length };
  }
  const meanNats = nats / tokens;
  return {
    tokens,
    bytes,
    nats,
    meanNats,
    perplexity: perplexity(Math.max(0, meanNats)),
    bitsPerByte: bitsPerByte({ nats: Math.max(0, nats), bytes }),
  };
}
