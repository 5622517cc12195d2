import { JsonFields, readByType, readSequence, typeAt } from '../json-fields.ts';
import { readTextPattern } from '../regex/text-pattern.ts';
import { combiningMark } from '../unicode/character-sets.ts';
import { bertNormalizer } from './bert-normalizer.ts';
import { byteLevelNormalize } from './byte-level-normalize.ts';
import { lowercase } from './lowercase.ts';
import { normalizeNmt } from './nmt.ts';
import type { Normalizer } from './normalizer.ts';
import { precompiledNormalizer } from './precompiled-normalizer.ts';
import { strip } from './strip.ts';
import { toNormalizationForm } from './unicode-form.ts';

type Reader = (path: string, value: unknown, depth: number) => Normalizer;

/** The normalizers without settings. */
const plain: Readonly<Record<string, Normalizer['normalize']>> = {
  NFC: (piece) => toNormalizationForm(piece, 'NFC'),
  NFD: (piece) => toNormalizationForm(piece, 'NFD'),
  NFKC: (piece) => toNormalizationForm(piece, 'NFKC'),
  NFKD: (piece) => toNormalizationForm(piece, 'NFKD'),
  Lowercase: lowercase,
  StripAccents: (piece) => piece.filter((point) => !combiningMark.has(point)),
  Nmt: normalizeNmt,
  ByteLevel: byteLevelNormalize,
};

const readers: Readonly<Record<string, Reader>> = {
  Sequence(path, value, depth) {
    const fields = new JsonFields(path, value, ['type', 'normalizers']);
    const normalizers = readSequence(fields, 'normalizers', readNormalizer, depth);
    return {
      json: { type: 'Sequence', normalizers: normalizers.map(({ json }) => json) },
      normalize(piece) {
        for (const normalizer of normalizers) normalizer.normalize(piece);
      },
    };
  },
  BertNormalizer: bertNormalizer,
  Precompiled: precompiledNormalizer,
  Strip(path, value) {
    const fields = new JsonFields(path, value, ['type', 'strip_left', 'strip_right']);
    const left = fields.boolean('strip_left');
    const right = fields.boolean('strip_right');
    return {
      json: { type: 'Strip', strip_left: left, strip_right: right },
      normalize: (piece) => strip(piece, left, right),
    };
  },
  Replace(path, value) {
    const fields = new JsonFields(path, value, ['type', 'pattern', 'content']);
    const pattern = readTextPattern(`${path}.pattern`, fields.object['pattern']);
    const content = fields.string('content');
    return {
      json: { type: 'Replace', pattern: pattern.json, content },
      normalize: (piece) => piece.replaceRanges(piece.text === '' ? [] : pattern.findAll(piece.text), content),
    };
  },
  Prepend(path, value) {
    const fields = new JsonFields(path, value, ['type', 'prepend']);
    const prepend = fields.string('prepend');
    return { json: { type: 'Prepend', prepend }, normalize: (piece) => piece.prepend(prepend) };
  },
};

/** Reads a normalizer of `tokenizer.json`; other types are refused by name. */
export function readNormalizer(path: string, value: unknown, depth = 0): Normalizer {
  const type = typeAt(path, value);
  if (!Object.hasOwn(plain, type)) return readByType(path, value, readers, depth);
  return { json: new JsonFields(path, value, ['type']).object, normalize: plain[type]! };
}
