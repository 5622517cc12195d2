import { FormatError } from '@gptloom/core';
import { checkBytes } from './check-bytes.ts';
import { protobufFields, type ProtobufField } from './protobuf-reader.ts';

/** What a piece of a SentencePiece model is. */
export type PieceType = 'normal' | 'unknown' | 'control' | 'userDefined' | 'unused' | 'byte';

/** The parts of a SentencePiece `.model` that decide its ids. */
export interface SentencePieceModel {
  readonly type: 'unigram' | 'bpe';
  readonly pieces: readonly { readonly text: string; readonly score: number; readonly type: PieceType }[];
  readonly byteFallback: boolean;
  readonly unknownId: number;
  /** -1 where there is none. */
  readonly beginId: number;
  readonly endId: number;
  readonly padId: number;
  /** The compiled rules of normalization; empty for none. */
  readonly charsmap: Uint8Array;
  readonly addDummyPrefix: boolean;
  readonly removeExtraWhitespaces: boolean;
}

const who = 'SentencePiece model';
// By their numbers in the file, which start from 1.
const pieceTypes: readonly (PieceType | undefined)[] = [
  undefined,
  'normal',
  'unknown',
  'control',
  'userDefined',
  'unused',
  'byte',
];
const modelTypes: readonly (string | undefined)[] = [undefined, 'unigram', 'bpe', 'word', 'char'];

function fail(rule: string, offset: number): never {
  throw new FormatError({ who, rule: `${rule} (byte ${offset})` });
}

function bytesOf({ value, offset }: ProtobufField): Uint8Array {
  return typeof value === 'number' ? fail('a text or message must have a length', offset) : value;
}

function numberOf({ value, offset }: ProtobufField): number {
  return typeof value === 'number' ? value : fail('a number must not have a length', offset);
}

/** The value of an `int32`, whose negative numbers are written as 64 bits. */
const signed = (value: number): number => (value >= 2 ** 63 ? value - 2 ** 64 : value);

function fieldsOf(field: ProtobufField): Map<number, ProtobufField> {
  // Of a field that comes twice the last one counts.
  const fields = new Map<number, ProtobufField>();
  for (const one of protobufFields(bytesOf(field), field.offset, fail)) fields.set(one.number, one);
  return fields;
}

function textOf(field: ProtobufField): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOf(field));
  } catch {
    return fail('a text must be UTF-8', field.offset);
  }
}

/**
 * Reads a SentencePiece `.model`.
 *
 * Source: google/sentencepiece, `sentencepiece_model.proto`.
 *
 * @throws FormatError naming the byte where it is broken, or what is not supported
 */
export function readSentencePieceModel(bytes: Uint8Array): SentencePieceModel {
  checkBytes(who, bytes);
  const pieces: SentencePieceModel['pieces'][number][] = [];
  let trainer = new Map<number, ProtobufField>();
  let normalizer = new Map<number, ProtobufField>();
  for (const field of protobufFields(bytes, 0, fail)) {
    if (field.number === 1) {
      const fields = fieldsOf(field);
      const [text, score, kind] = [fields.get(1), fields.get(2), fields.get(3)];
      const type = kind === undefined ? 'normal' : pieceTypes[numberOf(kind)];
      if (text === undefined) fail(`piece ${pieces.length} must have a text`, field.offset);
      if (type === undefined) fail(`piece ${pieces.length} must be of a known type`, field.offset);
      const value = score === undefined ? 0 : numberOf(score);
      if (!Number.isFinite(value)) fail(`the score of piece ${pieces.length} must be a number`, field.offset);
      pieces.push({ text: textOf(text), score: value, type });
    } else if (field.number === 2) trainer = fieldsOf(field);
    else if (field.number === 3) normalizer = fieldsOf(field);
  }
  if (pieces.length === 0) fail('there must be pieces', 0);
  const integer = (fields: Map<number, ProtobufField>, number: number, fallback: number): number => {
    const field = fields.get(number);
    return field === undefined ? fallback : signed(numberOf(field));
  };
  const boolean = (fields: Map<number, ProtobufField>, number: number, fallback: 0 | 1): boolean =>
    integer(fields, number, fallback) !== 0;
  const type = modelTypes[integer(trainer, 3, 1)];
  if (type !== 'unigram' && type !== 'bpe') fail(`the model must be unigram or bpe, not ${type ?? 'unknown'}`, 0);
  if (boolean(trainer, 24, 0)) fail('treat_whitespace_as_suffix is not supported', 0);
  if (!boolean(normalizer, 5, 1)) fail('escape_whitespaces false is not supported', 0);
  const charsmap = normalizer.get(2);
  return {
    type,
    pieces,
    byteFallback: boolean(trainer, 35, 0),
    unknownId: pieces.findIndex((piece) => piece.type === 'unknown'),
    beginId: integer(trainer, 41, 1),
    endId: integer(trainer, 42, 2),
    padId: integer(trainer, 43, -1),
    charsmap: charsmap === undefined ? new Uint8Array(0) : bytesOf(charsmap),
    addDummyPrefix: boolean(normalizer, 3, 1),
    removeExtraWhitespaces: boolean(normalizer, 4, 1),
  };
}
