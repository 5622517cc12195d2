import { FormatError, openFileStore, type FileStore, type Tokenizer } from '@gptloom/core';
import { BpeTokenizer } from './bpe-tokenizer.ts';
import { ByteTokenizer } from './byte-tokenizer.ts';
import { CharTokenizer } from './char-tokenizer.ts';
import { isObject, objectAt, parseJsonObject, refuse, type JsonObject } from './tokenizer-document.ts';

interface Family {
  /** Whether a `tokenizer.json` is of this family; the first family that says so reads it, or refuses it by name. */
  readonly reads: (root: JsonObject, model: JsonObject) => boolean;
  readonly fromJson: (tokenizerJson: string, configJson?: string) => Tokenizer;
}

const isWholeText = (preTokenizer: unknown): boolean => isObject(preTokenizer) && preTokenizer['use_regex'] === false;
const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const families: readonly Family[] = [
  {
    reads: (root, model) => model['type'] === 'BPE' && isWholeText(root['pre_tokenizer']) && isEmpty(model['merges']),
    fromJson: (tokenizerJson) => ByteTokenizer.fromJson(tokenizerJson),
  },
  {
    // Old files have no type; their merges tell.
    reads: (_, model) => model['type'] === 'BPE' || (model['type'] === undefined && 'merges' in model),
    fromJson: (tokenizerJson, configJson) => BpeTokenizer.fromJson(tokenizerJson, configJson),
  },
  {
    reads: (_, model) => model['type'] === 'WordLevel',
    fromJson: (tokenizerJson) => CharTokenizer.fromJson(tokenizerJson),
  },
];

/**
 * The tokenizer that a `tokenizer.json` describes, by its content: a BpeTokenizer, CharTokenizer or ByteTokenizer.
 *
 * @param tokenizerJson the text of `tokenizer.json`
 * @param configJson the text of `tokenizer_config.json`, where there is one
 * @throws FormatError naming what is broken or not supported
 */
export function tokenizerFromJson(tokenizerJson: string, configJson?: string): Tokenizer {
  const root = parseJsonObject(tokenizerJson, 'tokenizer.json');
  const model = objectAt('model', root['model']);
  const family = families.find(({ reads }) => reads(root, model));
  if (family === undefined) return refuse('model.type', 'is not supported', model['type'] ?? null);
  return family.fromJson(tokenizerJson, configJson);
}

/**
 * Loads a tokenizer from a directory in Hugging Face's layout: `tokenizer.json`, and `tokenizer_config.json` where it is
 * there.
 *
 * @param where a directory (Node and Bun) or a FileStore
 * @throws FormatError where there is no `tokenizer.json`, or naming what in it is broken or not supported
 */
export async function loadTokenizer(where: string | FileStore): Promise<Tokenizer> {
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
