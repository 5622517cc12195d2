import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { generateStories } from '../examples/story-world/index.ts';
import type { Benchmark, Comparison } from './harness/benchmark.ts';

/** Training of byte-level BPE, beside huggingface/tokenizers. */
export const tokenizer: Benchmark = {
  name: 'tokenizer',
  description: 'training byte-level BPE',
  comparisons: async ({ text, scratch }) => {
    const path = text ?? (await storyFile(scratch));
    const corpus = `${(statSync(path).size / 1e6).toFixed(1)} MB of ${text ?? 'generated stories'}`;
    return text === undefined
      ? [training(1024, path, corpus), training(8192, path, corpus)]
      : [training(8192, path, corpus)];
  },
};

function training(vocabSize: number, path: string, corpus: string): Comparison {
  const threads = availableParallelism();
  const parameters = [String(vocabSize), path, String(threads)];
  return {
    title: `training to ${vocabSize} tokens on ${corpus}, ${threads} threads`,
    unit: 'ms',
    better: 'lower',
    figure: (milliseconds) => milliseconds,
    reference: 'gptloom',
    contestants: [
      { name: 'gptloom', program: { contestant: 'gptloom-tokenizer', parameters } },
      { name: 'huggingface/tokenizers', program: { python: 'huggingface_tokenizers.py', parameters } },
    ],
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
