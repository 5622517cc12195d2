import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, resolve } from 'node:path';
import { tokenizerFromJson } from 'gptloom';
import type { CreateContestant } from '../harness/contestant.ts';

type Encode = (text: string) => readonly number[];

/** A package that encodes; `fresh` makes a tokenizer that has seen no word yet. */
interface Encoder {
  readonly version?: string;
  readonly fresh: () => Encode;
}

/**
 * Encoding: `[package, name of the vocabulary, its tokenizer.json, file with the text, 'whole' | 'lines', 'new' | 'known']`.
 * `new`: every repetition has a tokenizer that has not seen the text; `known`: it remembers what it wants to.
 */
export const create: CreateContestant = async ([name, vocabulary, json, path, cut, words]) => {
  if (!existsSync(json!))
    throw new Error(`needs the vocabulary ${vocabulary}: bench/README.md says where it comes from`);
  const { fresh, version } = encoders[name!]!(vocabulary!, json!);
  const text = readFileSync(path!, 'utf8');
  const texts = cut === 'whole' ? [text] : (text.match(/[^\n]*\n|[^\n]+/g) ?? []);
  let encode = fresh();
  let ids: (readonly number[])[] = [];
  let firstCall = '';
  return {
    versions: version === undefined ? {} : { [name!]: version },
    async perform() {
      ids = [];
      if (words === 'new') encode = fresh();
      const started = performance.now();
      ids = texts.map((one) => encode(one));
      const milliseconds = performance.now() - started;
      firstCall ||= `first call ${(Buffer.byteLength(text) / milliseconds / 1000).toFixed(1)} MB/s`;
      return milliseconds;
    },
    check: () => `${describeIds(ids)}, ${firstCall}`,
  };
};

/** The number of ids, and a hash that is the same in peers/encoding.py. */
function describeIds(texts: readonly (readonly number[])[]): string {
  let count = 0;
  let hash = 0;
  for (const ids of texts) {
    count += ids.length;
    for (const id of ids) hash = (Math.imul(hash, 31) + id) | 0;
  }
  return `${count} ids, ${(hash >>> 0).toString(16)}`;
}

const encoders: Readonly<Record<string, (vocabulary: string, json: string) => Encoder>> = {
  gptloom: (_, path) => {
    const json = readFileSync(path, 'utf8');
    return {
      fresh: () => {
        const tokenizer = tokenizerFromJson(json);
        return (text) => tokenizer.encode(text);
      },
    };
  },
  'gpt-tokenizer': (vocabulary) => {
    const { module, version } = load<{ encode: Encode; clearMergeCache: () => void }>(
      'gpt-tokenizer',
      `gpt-tokenizer/encoding/${vocabulary === 'gpt2' ? 'r50k_base' : vocabulary}`,
    );
    return {
      version,
      fresh: () => {
        module.clearMergeCache();
        return module.encode;
      },
    };
  },
  'js-tiktoken': (vocabulary) => {
    const { module, version } = load<{ getEncoding(name: string): { encode(...text: [string, [], []]): number[] } }>(
      'js-tiktoken',
    );
    return {
      version,
      fresh: () => {
        const tokenizer = module.getEncoding(vocabulary);
        return (text) => tokenizer.encode(text, [], []);
      },
    };
  },
  '@huggingface/tokenizers': (_, path) => {
    const { module, version } = load<{
      Tokenizer: new (json: object, config: object) => { encode(text: string, options: object): { ids: number[] } };
    }>('@huggingface/tokenizers');
    const json = JSON.parse(readFileSync(path, 'utf8')) as object;
    return {
      version,
      fresh: () => {
        const tokenizer = new module.Tokenizer(json, {});
        return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
      },
    };
  },
};

/** A package from the places in which gptloom looks for optional ones, so that the workspace need not depend on it. */
function load<Module>(name: string, entry = name): { module: Module; version: string } {
  const places = [...(process.env['GPTLOOM_PACKAGES'] ?? '').split(delimiter), process.cwd()];
  for (const place of places.filter((directory) => directory !== '')) {
    const file = resolve(place, 'node_modules', name, 'package.json');
    if (!existsSync(file)) continue;
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return { module: createRequire(resolve(place, 'package.json'))(entry) as Module, version };
  }
  throw new Error(`${name} is not installed: npm install it in a directory and name that in GPTLOOM_PACKAGES`);
}
