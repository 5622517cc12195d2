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

/**
 * Loads a tokenizer from a directory in Hugging Face's layout: `tokenizer.json`, and `tokenizer_config.json` where it is
 * there. Where it is not: a SentencePiece `*.model`, a llama2.c `tok*.bin`, or a rank file with one of tiktoken's names.
 *
 * @param where a directory (Node and Bun) or a FileStore
 * @throws FormatError where there is none of them, or naming what in it is broken or not supported
 */
export async function loadTokenizer(where: string | FileStore): Promise<JsonTokenizer> {
  const store = openFileStore(where);
  const read = async (path: string): Promise<string | undefined> => {
    if ((await store.size(path)) === undefined) return undefined;
    return new TextDecoder().decode(await store.read(path));
  };
  const tokenizerJson = await read('tokenizer.json');
  if (tokenizerJson !== undefined) return tokenizerFromJson(tokenizerJson, await read('tokenizer_config.json'));
  // Most directories have a tokenizer.json: the readers of other formats are loaded where they are needed.
  const { foreignTokenizerFiles } = await import('./formats/foreign-files.ts');
  const files = await foreignTokenizerFiles(store);
  if (files !== undefined) return tokenizerFromJson(files['tokenizer.json'], files['tokenizer_config.json']);
  throw new FormatError({
    who: 'loadTokenizer',
    rule: 'there must be a tokenizer.json, or a tokenizer of SentencePiece, llama2.c or tiktoken',
    received: store.description,
    suggestion: 'check the directory; a model saved without { tokenizer } has none',
  });
}
