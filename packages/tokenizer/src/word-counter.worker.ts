/*
 * Counts words on a thread of its own. Gets the rules, then batches of texts, and at last the question for the counts;
 * answers each of them.
 */
import type * as Threads from 'node:worker_threads';
import { memoryOf, type EncodedTexts } from './text-batch.ts';
import { wordCutter, type WordCutter, type WordRules } from './word-cutter.ts';
import { WordCounts, type CountedWords } from './word-counts.ts';

/** What a word-counting thread is told. */
export type WordCounterRequest =
  | { readonly type: 'start'; readonly rules: WordRules }
  | { readonly type: 'count'; readonly texts: EncodedTexts }
  | { readonly type: 'finish' };

/** What a word-counting thread answers. */
export type WordCounterAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'counted'; readonly texts: EncodedTexts }
  | { readonly type: 'finished'; readonly words: CountedWords }
  | { readonly type: 'failed'; readonly error: unknown };

let counts = new WordCounts();
let cutter: WordCutter | undefined;

function answer(request: WordCounterRequest): WordCounterAnswer {
  if (request.type === 'start') {
    cutter = wordCutter(request.rules);
    return { type: 'ready' };
  }
  if (request.type === 'count') {
    for (const _ of cutter!(request.texts, counts));
    return { type: 'counted', texts: request.texts };
  }
  const { bytes, ends, frequencies } = counts.words;
  counts = new WordCounts();
  return { type: 'finished', words: { bytes, ends, frequencies } };
}

function reply(request: WordCounterRequest): WordCounterAnswer {
  try {
    return answer(request);
  } catch (error) {
    return { type: 'failed', error };
  }
}

function transferOf(message: WordCounterAnswer): ArrayBuffer[] {
  if (message.type === 'counted') return memoryOf(message.texts);
  if (message.type !== 'finished') return [];
  const { bytes, ends, frequencies } = message.words;
  return [bytes, ends, frequencies].map(({ buffer }) => buffer as ArrayBuffer);
}

const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads') as typeof Threads | undefined;
const port = threads?.parentPort;
if (port) {
  port.on('message', (request: WordCounterRequest) => {
    const message = reply(request);
    port.postMessage(message, transferOf(message));
  });
} else {
  const scope = globalThis as unknown as DedicatedWorkerScope;
  scope.onmessage = ({ data }) => {
    const message = reply(data);
    scope.postMessage(message, transferOf(message));
  };
}

/** The part of a browser's worker scope that is used. */
interface DedicatedWorkerScope {
  onmessage: (event: { readonly data: WordCounterRequest }) => void;
  postMessage: (message: WordCounterAnswer, transfer: ArrayBuffer[]) => void;
}
