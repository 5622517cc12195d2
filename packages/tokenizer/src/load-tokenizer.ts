import { FormatError, openFileStore, type FileStore } from '@gptloom/core';
import { JsonTokenizer } from './json-tokenizer.ts';

/**
 * The tokenizer that a `tokenizer.json` describes: all that huggingface/tokenizers 0.23 writes.
 *
 * @param tokenizerJson the text of `tokenizer.json`
 * @param configJson the text of `tokenizer_config.json`, where there is one
 * @throws FormatError naming what is broken or not supported
 */
export function tokenizerFromJson(tokenizerJson: string, configJson?: string): JsonTokenizer {
  return JsonTokenizer.fromJson(tokenizerJson, configJson);
}

// The path of a file: its directory and its name.
const filePath = /^(.*?)([^/\\]+\.(?:json|model|bin|tiktoken))$/s;

/** The store that is meant, and the only file in it that counts where the path of a file is given. */
async function locate(where: string | FileStore): Promise<[store: FileStore, file?: string]> {
  const [, directory, file] = (typeof where === 'string' && filePath.exec(where)) || [];
  if (file !== undefined) {
    const store = openFileStore(directory || '.');
    // A directory may have such a name as well.
    if ((await store.size(file)) !== undefined) return [store, file];
  }
  return [openFileStore(where)];
}

/**
 * Loads a tokenizer from a directory in Hugging Face's layout: `tokenizer.json`, and `tokenizer_config.json` where it is
 * there. Where it is not: a SentencePiece `*.model`, a llama2.c `tok*.bin`, or a rank file with one of tiktoken's names,
 * such as `cl100k_base.tiktoken`. The path of one of these files does too; there any `*.json` is a `tokenizer.json` and any
 * `*.bin` one of llama2.c.
 *
 * @param where a directory or a file (Node and Bun), or a FileStore
 * @throws FormatError where there is none of them, or naming what in it is broken or not supported
 */
export async function loadTokenizer(where: string | FileStore): Promise<JsonTokenizer> {
  const [store, only] = await locate(where);
  const file = only ?? 'tokenizer.json';
  const read = async (path: string): Promise<string | undefined> => {
    if ((await store.size(path)) === undefined) return undefined;
    return new TextDecoder().decode(await store.read(path));
  };
  const tokenizerJson = file.endsWith('.json') ? await read(file) : undefined;
  if (tokenizerJson !== undefined) {
    // The configuration belongs to the file of that name alone.
    return tokenizerFromJson(
      tokenizerJson,
      file === 'tokenizer.json' ? await read('tokenizer_config.json') : undefined,
    );
  }
  // Most directories have a tokenizer.json: the readers of other formats are loaded where they are needed.
  const { foreignTokenizerFiles } = await import('./formats/foreign-files.ts');
  const files = await foreignTokenizerFiles(store, only);
  if (files !== undefined) return tokenizerFromJson(files['tokenizer.json'], files['tokenizer_config.json']);
  throw new FormatError({
    who: 'loadTokenizer',
    rule: 'there must be a tokenizer.json, or a tokenizer of SentencePiece, llama2.c or tiktoken',
    received: (where as Partial<FileStore>).description ?? (where as string),
    suggestion: 'check the path, or save with { tokenizer }',
  });
}
