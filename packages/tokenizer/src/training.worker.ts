/* Helps in training on a thread of its own: counts words, or works on the rounds of a Unigram model. Answers each request. */
import type * as Threads from 'node:worker_threads';
import { memoryOf, type EncodedTexts } from './text-batch.ts';
import { workOnUnigram, type UnigramJob } from './unigram-job.ts';
import { wordCutter, type WordCutter, type WordRules } from './word-cutter.ts';
import { WordCounts, type CountedWords } from './word-counts.ts';

/** What a thread is told: that it starts, batches of texts and at last the question for their words; or jobs. */
export type TrainingRequest =
  | { readonly type: 'start'; readonly rules: WordRules | undefined }
  | { readonly type: 'count'; readonly texts: EncodedTexts }
  | { readonly type: 'finish' }
  | { readonly type: 'work'; readonly job: UnigramJob; readonly sums: Float64Array };

/** What a thread answers. */
export type TrainingAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'counted'; readonly texts: EncodedTexts }
  | { readonly type: 'finished'; readonly words: CountedWords }
  | { readonly type: 'worked' }
  | { readonly type: 'failed'; readonly error: unknown };

let counts = new WordCounts();
let cutter: WordCutter | undefined;

function answer(request: TrainingRequest): TrainingAnswer {
  switch (request.type) {
    case 'start':
      if (request.rules !== undefined) cutter = wordCutter(request.rules);
      return { type: 'ready' };
    case 'count':
      for (const _ of cutter!(request.texts, counts));
      return { type: 'counted', texts: request.texts };
    case 'finish': {
      const { bytes, ends, frequencies } = counts.words;
      counts = new WordCounts();
      return { type: 'finished', words: { bytes, ends, frequencies } };
    }
    case 'work':
      for (const _ of workOnUnigram(request.job, request.sums));
      return { type: 'worked' };
  }
}

function reply(request: TrainingRequest): TrainingAnswer {
  try {
    return answer(request);
  } catch (error) {
    return { type: 'failed', error };
  }
}

function transferOf(message: TrainingAnswer): ArrayBuffer[] {
  if (message.type === 'counted') return memoryOf(message.texts);
  if (message.type !== 'finished') return [];
  const { bytes, ends, frequencies } = message.words;
  return [bytes, ends, frequencies].map(({ buffer }) => buffer as ArrayBuffer);
}

const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads') as typeof Threads | undefined;
const port = threads?.parentPort;
if (port) {
  port.on('message', (request: TrainingRequest) => {
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
  onmessage: (event: { readonly data: TrainingRequest }) => void;
  postMessage: (message: TrainingAnswer, transfer: ArrayBuffer[]) => void;
}
