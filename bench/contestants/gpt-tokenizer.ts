import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, resolve } from 'node:path';
import type { CreateContestant } from '../harness/contestant.ts';

interface GptTokenizer {
  encode(text: string): number[];
}

/** Encoding with the package gpt-tokenizer and GPT-2's own vocabulary, where it is installed: `[file with documents]`. */
export const create: CreateContestant = async ([path]) => {
  const tokenizer = load('gpt-tokenizer/encoding/r50k_base') as GptTokenizer;
  const { version } = load('gpt-tokenizer/package.json') as { readonly version: string };
  const documents = JSON.parse(await readFile(path!, 'utf8')) as string[];
  let ids = 0;
  return {
    versions: { 'gpt-tokenizer': version },
    async perform() {
      ids = documents.reduce((sum, document) => sum + tokenizer.encode(document).length, 0);
    },
    check: () => `${ids} ids`,
  };
};

// From the places in which gptloom looks for optional packages, so that the workspace need not depend on it.
function load(specifier: string): unknown {
  const places = [...(process.env['GPTLOOM_PACKAGES'] ?? '').split(delimiter), process.cwd()];
  for (const place of places.filter((directory) => directory !== '')) {
    const require = createRequire(resolve(place, 'package.json'));
    try {
      require.resolve(specifier);
    } catch {
      continue;
    }
    return require(specifier);
  }
  throw new Error('gpt-tokenizer is not installed: npm install it in a directory and name that in GPTLOOM_PACKAGES');
}
