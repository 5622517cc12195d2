import { JsonFields } from '../json-fields.ts';
import { byteLevelNormalize } from '../normalizers/byte-level-normalize.ts';
import { wordEnds } from '../split-text.ts';
import { wordSplitters } from '../split-words.ts';
import type { JsonObject } from '../tokenizer-document.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';

/** The settings of ByteLevel, which is a pre-tokenizer, a post-processor and a decoder at once. */
export interface ByteLevelSettings {
  readonly addPrefixSpace: boolean;
  readonly trimOffsets: boolean;
  readonly useRegex: boolean;
}

/** Reads the settings of ByteLevel. */
export function readByteLevel(path: string, value: unknown): { settings: ByteLevelSettings; json: JsonObject } {
  const fields = new JsonFields(path, value, ['type', 'add_prefix_space', 'trim_offsets', 'use_regex']);
  const settings = {
    addPrefixSpace: fields.boolean('add_prefix_space'),
    trimOffsets: fields.boolean('trim_offsets'),
    useRegex: fields.boolean('use_regex', true),
  };
  const json = {
    type: 'ByteLevel',
    add_prefix_space: settings.addPrefixSpace,
    trim_offsets: settings.trimOffsets,
    use_regex: settings.useRegex,
  };
  return { settings, json };
}

/** Cuts by GPT-2's pattern and writes the bytes of the words in GPT-2's alphabet. */
export function byteLevelPreTokenizer(path: string, value: unknown): PreTokenizer {
  const { settings, json } = readByteLevel(path, value);
  return {
    json,
    split(piece) {
      if (settings.addPrefixSpace && !piece.text.startsWith(' ')) piece.prepend(' ');
      const pieces = [];
      const { text } = piece;
      let start = 0;
      for (const end of settings.useRegex ? wordEnds(text, wordSplitters.gpt2) : [text.length]) {
        const word = piece.slice(start, end);
        byteLevelNormalize(word);
        pieces.push(word);
        start = end;
      }
      return pieces;
    },
  };
}
