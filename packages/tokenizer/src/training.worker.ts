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

/** What it answers to each: texts come back for their memory. */
export interface TrainingAnswers {
  start: undefined;
  count: EncodedTexts;
  finish: CountedWords;
  work: undefined;
}

/** An answer, or why there is none. */
export interface TrainingReply {
  readonly value?: TrainingAnswers[keyof TrainingAnswers];
  readonly error?: unknown;
}

let counts = new WordCounts();
let cutter: WordCutter | undefined;

/** The answer, and what of it moves to the other thread. */
function answer(request: TrainingRequest): [value?: TrainingReply['value'], transfer?: ArrayBuffer[]] {
  switch (request.type) {
    case 'start':
      if (request.rules !== undefined) cutter = wordCutter(request.rules);
      return [];
    case 'count':
      for (const _ of cutter!(request.texts, counts));
      return [request.texts, memoryOf(request.texts)];
    case 'finish': {
      const { bytes, ends, frequencies } = counts.words;
      counts = new WordCounts();
      const memory = [bytes, ends, frequencies].map(({ buffer }) => buffer as ArrayBuffer);
      return [{ bytes, ends, frequencies }, memory];
    }
    case 'work':
      for (const _ of workOnUnigram(request.job, request.sums));
      return [];
  }
}

function reply(request: TrainingRequest, post: (reply: TrainingReply, transfer?: ArrayBuffer[]) => void): void {
  try {
    const [value, transfer] = answer(request);
    post({ value }, transfer);
  } catch (error) {
    post({ error });
  }
}

const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads') as typeof Threads | undefined;
const port = threads?.parentPort;
if (port) {
  port.on('message', (request: TrainingRequest) => reply(request, (...message) => port.postMessage(...message)));
} else {
  const scope = globalThis as unknown as DedicatedWorkerScope;
  scope.onmessage = ({ data }) => reply(data, (...message) => scope.postMessage(...message));
}

/** The part of a browser's worker scope that is used. */
interface DedicatedWorkerScope {
  onmessage: (event: { readonly data: TrainingRequest }) => void;
  postMessage: (message: TrainingReply, transfer?: ArrayBuffer[]) => void;
}
