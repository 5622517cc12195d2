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
 * there.
 *
 * @param where a directory (Node and Bun) or a FileStore
 * @throws FormatError where there is no `tokenizer.json`, or naming what in it is broken or not supported
 */
export async function loadTokenizer(where: string | FileStore): Promise<JsonTokenizer> {
  const store = openFileStore(where);
  const read = async (path: string): Promise<string | undefined> => {
    if ((await store.size(path)) === undefined) return undefined;
    return new TextDecoder().decode(await store.read(path));
  };
  const tokenizerJson = await read('tokenizer.json');
  if (tokenizerJson === undefined) {
    throw new FormatError({
      who: 'loadTokenizer',
      rule: 'there must be a tokenizer.json',
      received: store.description,
    });
  }
  return tokenizerFromJson(tokenizerJson, await read('tokenizer_config.json'));
}
