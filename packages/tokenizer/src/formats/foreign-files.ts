import { FormatError, type FileStore } from '@gptloom/core';
import { llama2cToFiles } from './llama2c-to-files.ts';
import { sentencePieceToFiles } from './sentencepiece-to-files.ts';
import { tiktokenToFiles, type TiktokenOptions } from './tiktoken-to-files.ts';
import type { TokenizerFiles } from './tokenizer-files.ts';

/** What tiktoken adds to its rank files; source: openai/tiktoken, `openai_public.py`. */
const publishedRanks: Readonly<Record<string, TiktokenOptions>> = {
  'gpt2.tiktoken': { pattern: 'gpt2', specialTokens: { '<|endoftext|>': 50256 } },
  'r50k_base.tiktoken': { pattern: 'r50k', specialTokens: { '<|endoftext|>': 50256 } },
  'p50k_base.tiktoken': { pattern: 'gpt2', specialTokens: { '<|endoftext|>': 50256 } },
  'cl100k_base.tiktoken': {
    pattern: 'cl100k',
    specialTokens: {
      '<|endoftext|>': 100257,
      '<|fim_prefix|>': 100258,
      '<|fim_middle|>': 100259,
      '<|fim_suffix|>': 100260,
      '<|endofprompt|>': 100276,
    },
  },
  'o200k_base.tiktoken': {
    pattern: 'o200k',
    specialTokens: { '<|endoftext|>': 199999, '<|endofprompt|>': 200018 },
  },
};

/** Names of files by format; the first that is there is read. */
const formats: readonly {
  readonly name: RegExp;
  readonly convert: (bytes: Uint8Array, name: string) => TokenizerFiles;
}[] = [
  { name: /\.model$/, convert: sentencePieceToFiles },
  { name: /\.bin$/, convert: llama2cToFiles },
  { name: /\.tiktoken$/, convert: (bytes, name) => tiktokenToFiles(bytes, optionsOf(name)) },
];

function optionsOf(name: string): TiktokenOptions {
  const options = publishedRanks[name];
  if (options !== undefined) return options;
  throw new FormatError({
    who: name,
    rule: 'a rank file does not say its pattern, and this name is none of those that tiktoken publishes',
    suggestion: `one of ${Object.keys(publishedRanks).join(', ')}, or tiktokenToFiles with options`,
  });
}

/**
 * A tokenizer of another format as `tokenizer.json`: a SentencePiece `*.model`, a llama2.c `tok*.bin` or a rank file with
 * one of tiktoken's names.
 *
 * @param file the only file that counts, any `*.bin` too. Default: all of the store
 * @returns `undefined` where the store has none of them
 * @throws FormatError where there are several of one format, or the file is broken
 */
export async function foreignTokenizerFiles(store: FileStore, file?: string): Promise<TokenizerFiles | undefined> {
  // Weights are often called `*.bin` too.
  const names = file === undefined ? (await store.list()).filter((one) => !/\/|^(?!tok).*\.bin$/.test(one)) : [file];
  for (const { name, convert } of formats) {
    const found = names.filter((one) => name.test(one));
    if (found.length > 1) {
      throw new FormatError({
        who: store.description,
        rule: 'there must be one tokenizer',
        received: found.join(', '),
        suggestion: 'the path of one of these files',
      });
    }
    if (found.length === 1) return convert(await store.read(found[0]!), found[0]!);
  }
  return undefined;
}
