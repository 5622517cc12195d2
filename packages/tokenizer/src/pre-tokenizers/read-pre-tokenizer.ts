import { JsonFields, readByType, readSequence, typeAt } from '../json-fields.ts';
import type { AlignedText } from '../normalizers/aligned-text.ts';
import { readTextPattern, type TextRange } from '../regex/text-pattern.ts';
import { refuse } from '../tokenizer-document.ts';
import { numeric, punctuation, whitespace, wordCharacter } from '../unicode/character-sets.ts';
import { byteLevelPreTokenizer } from './byte-level.ts';
import { metaspacePreTokenizer } from './metaspace.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';
import { matchCharacters, splitBehaviors, splitPiece } from './split-behavior.ts';
import { splitByScript } from './unicode-scripts.ts';

type Reader = (path: string, value: unknown, depth: number) => PreTokenizer;

const isSpace = (point: number): boolean => whitespace.has(point);
const isPunctuation = (point: number): boolean => punctuation.has(point);
const isNumeric = (point: number): boolean => numeric.has(point);

const removeSpaces = (piece: AlignedText): AlignedText[] =>
  splitPiece(piece, matchCharacters(piece.text, isSpace), 'Removed');

/**
 * The matches of `\w+|[^\w\s]+` of Rust's regular expressions. Not by a regular expression: on a word of some megabytes the
 * engine runs out of stack.
 */
function wordsAndSigns(text: string): TextRange[] {
  const matches: [number, number][] = [];
  // 0 for a space, 1 for a character of a word, 2 for a sign.
  let last = 0;
  for (let at = 0; at < text.length;) {
    const point = text.codePointAt(at)!;
    const next = at + (point > 0xffff ? 2 : 1);
    const kind = wordCharacter.has(point) ? 1 : whitespace.has(point) ? 0 : 2;
    if (kind > 0 && kind === last) matches.at(-1)![1] = next;
    else if (kind > 0) matches.push([at, next]);
    last = kind;
    at = next;
  }
  return matches;
}

/** The pre-tokenizers without settings. */
const plain: Readonly<Record<string, PreTokenizer['split']>> = {
  UnicodeScripts: splitByScript,
  WhitespaceSplit: removeSpaces,
  Whitespace: (piece) => splitPiece(piece, wordsAndSigns(piece.text), 'Removed', true),
  BertPreTokenizer(piece) {
    const isolate = (word: AlignedText): AlignedText[] =>
      splitPiece(word, matchCharacters(word.text, isPunctuation), 'Isolated');
    return removeSpaces(piece).flatMap(isolate);
  },
};

const readers: Readonly<Record<string, Reader>> = {
  Sequence(path, value, depth) {
    const fields = new JsonFields(path, value, ['type', 'pretokenizers']);
    const parts = readSequence(fields, 'pretokenizers', readPreTokenizer, depth);
    return {
      json: { type: 'Sequence', pretokenizers: parts.map(({ json }) => json) },
      split: (piece) => parts.reduce((pieces, part) => pieces.flatMap((one) => part.split(one)), [piece]),
    };
  },
  ByteLevel: byteLevelPreTokenizer,
  Metaspace: metaspacePreTokenizer,
  Digits(path, value) {
    const individual = new JsonFields(path, value, ['type', 'individual_digits']).boolean('individual_digits');
    const behavior = individual ? 'Isolated' : 'Contiguous';
    return {
      json: { type: 'Digits', individual_digits: individual },
      split: (piece) => splitPiece(piece, matchCharacters(piece.text, isNumeric), behavior),
    };
  },
  Punctuation(path, value) {
    const behavior = new JsonFields(path, value, ['type', 'behavior']).oneOf('behavior', splitBehaviors, 'Isolated');
    return {
      json: { type: 'Punctuation', behavior },
      split: (piece) => splitPiece(piece, matchCharacters(piece.text, isPunctuation), behavior),
    };
  },
  CharDelimiterSplit(path, value) {
    const delimiter = new JsonFields(path, value, ['type', 'delimiter']).character('delimiter');
    const isDelimiter = (point: number): boolean => point === delimiter.codePointAt(0);
    return {
      json: { type: 'CharDelimiterSplit', delimiter },
      split: (piece) => splitPiece(piece, matchCharacters(piece.text, isDelimiter), 'Removed'),
    };
  },
  FixedLength(path, value) {
    const length = new JsonFields(path, value, ['type', 'length']).count('length', 5);
    if (length === 0) refuse(`${path}.length`, 'must be at least 1', length);
    return { json: { type: 'FixedLength', length }, split: (piece) => splitByLength(piece, length) };
  },
  Split(path, value) {
    const fields = new JsonFields(path, value, ['type', 'pattern', 'behavior', 'invert']);
    const pattern = readTextPattern(`${path}.pattern`, fields.object['pattern']);
    const behavior = fields.oneOf('behavior', splitBehaviors);
    const invert = fields.boolean('invert');
    return {
      json: { type: 'Split', pattern: pattern.json, behavior, invert },
      split: (piece) => splitPiece(piece, piece.text === '' ? [] : pattern.findAll(piece.text), behavior, invert),
    };
  },
};

function splitByLength(piece: AlignedText, length: number): AlignedText[] {
  const pieces: AlignedText[] = [];
  const { text } = piece;
  let start = 0;
  let count = 0;
  for (let at = 0; at < text.length;) {
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
    if (++count < length && at < text.length) continue;
    pieces.push(piece.slice(start, at));
    start = at;
    count = 0;
  }
  return pieces;
}

/** Reads a pre-tokenizer of `tokenizer.json`; other types are refused by name. */
export function readPreTokenizer(path: string, value: unknown, depth = 0): PreTokenizer {
  const type = typeAt(path, value);
  if (!Object.hasOwn(plain, type)) return readByType(path, value, readers, depth);
  return { json: new JsonFields(path, value, ['type']).object, split: plain[type]! };
}
