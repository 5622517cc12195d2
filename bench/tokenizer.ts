import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateStories } from '../examples/story-world/index.ts';
import type { Benchmark, Comparison } from './harness/benchmark.ts';

const ours = 'gptloom';
const encodingVocabSize = 8192;

/** Byte-level BPE: training and encoding, beside huggingface/tokenizers and gpt-tokenizer. */
export const tokenizer: Benchmark = {
  name: 'tokenizer',
  description: 'byte-level BPE training and encoding',
  comparisons: async ({ text, scratch }) => {
    const documents = text === undefined ? storyDocuments() : await linesOf(text);
    const path = join(scratch, 'documents.json');
    await writeFile(path, JSON.stringify(documents));
    const megabytes = documents.reduce((sum, document) => sum + Buffer.byteLength(document), 0) / 1e6;
    const corpus = `${megabytes.toFixed(1)} MB of ${text === undefined ? 'generated stories' : text}`;
    return [training(1024, path, corpus), training(8192, path, corpus), encoding(path, corpus, megabytes)];
  },
};

function training(vocabSize: number, path: string, corpus: string): Comparison {
  const parameters = ['train', String(vocabSize), path];
  return {
    title: `training to ${vocabSize} tokens on ${corpus}`,
    unit: 'ms',
    better: 'lower',
    figure: (milliseconds) => milliseconds,
    reference: ours,
    contestants: [
      { name: ours, program: { contestant: 'gptloom-tokenizer', parameters } },
      { name: 'huggingface/tokenizers', program: { python: 'huggingface_tokenizers.py', parameters } },
    ],
  };
}

function encoding(path: string, corpus: string, megabytes: number): Comparison {
  const parameters = ['encode', String(encodingVocabSize), path];
  const python = 'huggingface_tokenizers.py';
  return {
    title: `encoding ${corpus} with ${encodingVocabSize} tokens`,
    unit: 'MB/s',
    better: 'higher',
    figure: (milliseconds) => megabytes / (milliseconds / 1000),
    reference: ours,
    contestants: [
      { name: ours, program: { contestant: 'gptloom-tokenizer', parameters } },
      { name: 'gpt-tokenizer, r50k', program: { contestant: 'gpt-tokenizer', parameters: [path] } },
      { name: 'huggingface/tokenizers', program: { python, parameters } },
      { name: 'huggingface/tokenizers, 1 thread', program: { python, parameters: [...parameters, '1'] } },
    ],
  };
}

function storyDocuments(): string[] {
  return generateStories({ seed: 1, count: 6600, cast: 'training' }).map((story) => story.text);
}

// Lines keep their end, so that together they are the text.
async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).match(/[^\n]*\n|[^\n]+/g) ?? [];
}
