import { JsonFields } from '../json-fields.ts';
import { refuse, type JsonObject } from '../tokenizer-document.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';
import { matchCharacters, splitPiece } from './split-behavior.ts';

const prependSchemes = ['first', 'never', 'always'] as const;

/** The settings of Metaspace, which is a pre-tokenizer and a decoder. */
export interface MetaspaceSettings {
  readonly replacement: string;
  /** Whether a text without leading space has one put in front: the first piece alone, all, or none. */
  readonly prependScheme: (typeof prependSchemes)[number];
  readonly split: boolean;
}

/** Reads the settings of Metaspace. */
export function readMetaspace(path: string, value: unknown): { settings: MetaspaceSettings; json: JsonObject } {
  const known = ['type', 'replacement', 'add_prefix_space', 'prepend_scheme', 'split', 'str_rep'];
  const fields = new JsonFields(path, value, known);
  const prependScheme = fields.oneOf('prepend_scheme', prependSchemes, 'always');
  // Old files say it with a flag, new ones with the scheme.
  if (fields.has('add_prefix_space') && !fields.boolean('add_prefix_space') && prependScheme !== 'never') {
    refuse(`${path}.add_prefix_space`, 'must agree with prepend_scheme', false);
  }
  const replacement = fields.character('replacement');
  const split = fields.has('split') ? fields.boolean('split') : true;
  return {
    settings: { replacement, prependScheme, split },
    json: { type: 'Metaspace', replacement, prepend_scheme: prependScheme, split },
  };
}

/** Writes spaces as another character, SentencePiece's U+2581, and cuts before each. */
export function metaspacePreTokenizer(path: string, value: unknown): PreTokenizer {
  const { settings, json } = readMetaspace(path, value);
  const { replacement, prependScheme, split } = settings;
  const point = replacement.codePointAt(0)!;
  return {
    json,
    split(piece) {
      piece.replaceRanges(
        matchCharacters(piece.text, (codePoint) => codePoint === 0x20),
        replacement,
      );
      const prepends = prependScheme === 'always' || (prependScheme === 'first' && piece.origin === 0);
      if (prepends && !piece.text.startsWith(replacement)) piece.prepend(replacement);
      if (!split) return piece.text === '' ? [] : [piece];
      return splitPiece(
        piece,
        matchCharacters(piece.text, (codePoint) => codePoint === point),
        'MergedWithNext',
      );
    },
  };
}
