import { ConfigError, describeValue, nextTick } from '@gptloom/core';
import { cutText } from './cut-text.ts';
import { memoryOf, TextBatch, type EncodedTexts } from './text-batch.ts';
import { TrainingThread } from './training-thread.ts';
import { WordCounts } from './word-counts.ts';
import { wordCutter, type WordRules } from './word-cutter.ts';

/** Text to learn from: a string, or documents that come one by one. No word reaches across two documents. */
export type TextSource = string | Iterable<string> | AsyncIterable<string>;

/** How words are counted. */
export interface CountWordsOptions {
  /** The public function that asks, for messages. */
  readonly who: string;
  readonly rules: WordRules;
  /** Most threads, this one included. */
  readonly threads: number;
  /** Bytes of text after which further threads are started. */
  readonly startThreadsAfter?: number | undefined;
}

// Long documents are cut into pieces of so many UTF-16 units, and batches have at least as many bytes.
const batchSize = 1 << 16;
const defaultStartThreadsAfter = 1 << 22;
// Batches that wait in a thread: enough that it never idles, few enough that little text is held.
const mostWaiting = 3;

/**
 * Counts the words of all documents. Short corpora are counted on this thread; longer ones on others too. Holds a few
 * batches of text and the distinct words. Yields the number of documents read so far, many times a second.
 *
 * @throws ConfigError where a document is no string
 */
export async function* countWords(
  documents: Iterable<unknown> | AsyncIterable<unknown>,
  { who, rules, threads, startThreadsAfter = defaultStartThreadsAfter }: CountWordsOptions,
): AsyncGenerator<number, WordCounts, void> {
  const counts = new WordCounts();
  const cut = wordCutter(rules);
  const helpers: TrainingThread[] = [];
  let place = 0;
  let total = 0;
  let batch = new TextBatch();
  // Memory of batches that threads have counted.
  const used: EncodedTexts[] = [];
  const flush = async function* (): AsyncGenerator<number, void, void> {
    const { texts } = batch;
    total += batch.byteCount;
    if (helpers.length === 0 && total > startThreadsAfter) {
      for (let i = 1; i < threads; i++) helpers.push(new TrainingThread(rules));
    }
    // Answers of the threads arrive in between.
    if (helpers.length > 0) await nextTick();
    const free = helpers.find((helper) => helper.isReady && helper.waiting < mostWaiting);
    if (free !== undefined) {
      void free.ask({ type: 'count', texts }, memoryOf(texts)).then(
        (memory) => used.push(memory),
        // The next question tells it.
        () => undefined,
      );
    } else {
      for (const _ of cut(texts, counts)) yield place;
      used.push(texts);
    }
    batch = new TextBatch(used.pop());
    yield place;
  };
  try {
    for await (const document of documents) {
      if (typeof document !== 'string') {
        throw new ConfigError({ who, rule: `document ${place} must be a string`, received: describeValue(document) });
      }
      place++;
      for (const piece of 'pattern' in rules ? cutText(document, batchSize) : [document]) {
        batch.add(piece);
        // Empty documents count too, so that no batch grows without bound.
        if (batch.byteCount + batch.texts.count >= batchSize) yield* flush();
      }
    }
    yield* flush();
    for (const helper of helpers) {
      const words = helper.isReady ? await helper.ask({ type: 'finish' }) : undefined;
      // Its memory goes before the words come twice.
      await helper.end();
      if (words !== undefined) counts.addCounts(words);
    }
    return counts;
  } finally {
    for (const helper of helpers) void helper.end();
  }
}

/**
 * The documents of a source.
 *
 * @throws ConfigError for anything else
 */
export function documentsOf(who: string, text: unknown): Iterable<unknown> | AsyncIterable<unknown> {
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
