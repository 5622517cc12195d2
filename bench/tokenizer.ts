import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { generateStories } from '../examples/story-world/index.ts';
import type { Benchmark, Comparison, ContestantPlan } from './harness/benchmark.ts';

const vocabSize = '8192';
const quickMegabytes = 5;

const names = {
  bytes: 'byte-level BPE',
  characters: 'BPE on characters',
  words: 'WordPiece',
  unigram: 'Unigram',
} as const;

/** Training, beside huggingface/tokenizers: time, and the most memory of each process. */
export const tokenizer: Benchmark = {
  name: 'tokenizer',
  description: 'training of byte-level BPE, BPE on characters, WordPiece and Unigram',
  comparisons: async ({ text, scratch, slow }) => {
    const path = text ?? (await storyFile(scratch));
    const megabytes = statSync(path).size / 1e6;
    const corpus = `${megabytes.toFixed(1)} MB of ${text ?? 'generated stories'}`;
    const kinds: (keyof typeof names)[] = ['bytes', 'words'];
    // The peer takes minutes and gigabytes.
    if (slow || megabytes <= quickMegabytes) kinds.push('characters', 'unigram');
    return kinds.map((kind) => training(kind, path, corpus));
  },
};

function training(kind: keyof typeof names, path: string, corpus: string): Comparison {
  const threads = String(availableParallelism());
  const ours = (source: string): ContestantPlan => {
    const parameters = [kind, source, vocabSize, path, threads];
    return { name: `gptloom, ${source}`, program: { contestant: 'gptloom-tokenizer', parameters } };
  };
  const peer = { python: 'huggingface_tokenizers.py', parameters: [kind, vocabSize, path, threads] };
  return {
    title: `training ${names[kind]} to ${vocabSize} tokens on ${corpus}, ${threads} threads`,
    unit: 'ms',
    better: 'lower',
    figure: (milliseconds) => milliseconds,
    reference: 'gptloom, lines',
    contestants: [ours('lines'), ours('readTexts'), { name: 'huggingface/tokenizers', program: peer }],
  };
}

/** A file with 1 MB of generated stories. */
export async function storyFile(scratch: string): Promise<string> {
  const path = join(scratch, 'stories.txt');
  await writeFile(
    path,
    generateStories({ seed: 1, count: 6600, cast: 'training' })
      .map(({ text }) => `${text}\n`)
      .join(''),
  );
  return path;
}
