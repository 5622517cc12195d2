import { JsonFields, readByType, readSequence } from '../json-fields.ts';
import { readByteLevel } from '../pre-tokenizers/byte-level.ts';
import { readMetaspace } from '../pre-tokenizers/metaspace.ts';
import { readTextPattern, type TextPattern } from '../regex/text-pattern.ts';
import { byteFallbackStage } from './byte-fallback.ts';
import { byteLevelStage } from './byte-level-stage.ts';
import { chainStages } from './decoder-chain.ts';
import { eachToken, type Decoder, type DecoderStage } from './decoder.ts';
import { fusedStripStage, stripToken } from './strip-stage.ts';
import { cleanUp, wordPieceToken } from './word-piece-cleanup.ts';

type Reader = (path: string, value: unknown, depth: number) => Decoder;

function replaceAll(pattern: TextPattern, content: string, text: string): string {
  let changed = '';
  let last = 0;
  for (const [start, end] of text === '' ? [] : pattern.findAll(text)) {
    changed += text.slice(last, start) + content;
    last = end;
  }
  return changed + text.slice(last);
}

/** Each token but the last has its suffix as a space: the last one waits. */
function bpeStage(suffix: string): DecoderStage {
  let held: string | undefined;
  // Replacing an empty suffix would put spaces everywhere, which is what the reference does.
  const replaced = (token: string, by: string): string =>
    suffix === '' ? by + [...token].map((character) => character + by).join('') : token.replaceAll(suffix, () => by);
  return {
    push(token, emit) {
      if (held !== undefined) emit(replaced(held, ' '));
      held = token;
    },
    flush(emit) {
      if (held !== undefined) emit(replaced(held, ''));
    },
  };
}

/** Equal neighbors are one, padding goes, the delimiter is a space. */
function ctcStage(padding: string, delimiter: string, cleanup: boolean): DecoderStage {
  let last: string | undefined;
  return {
    push(token, emit) {
      if (token === last) return;
      last = token;
      let text = padding === '' ? token : token.replaceAll(padding, '');
      if (cleanup) text = cleanUp(text).replaceAll(delimiter, ' ');
      if (text !== '') emit(text);
    },
    flush: () => {},
  };
}

const readers: Readonly<Record<string, Reader>> = {
  Sequence(path, value, depth) {
    const fields = new JsonFields(path, value, ['type', 'decoders']);
    const decoders = readSequence(fields, 'decoders', readDecoder, depth);
    return {
      json: { type: 'Sequence', decoders: decoders.map(({ json }) => json) },
      fuses: decoders.some(({ fuses }) => fuses),
      start: () => chainStages(decoders),
      startFused: () => chainStages(decoders, true),
    };
  },
  ByteLevel(path, value) {
    return { json: readByteLevel(path, value).json, fuses: true, start: byteLevelStage };
  },
  Fuse(path, value) {
    new JsonFields(path, value, ['type']);
    const start = (): DecoderStage => eachToken((token) => token);
    return { json: { type: 'Fuse' }, fuses: true, start, startFused: start };
  },
  ByteFallback(path, value) {
    new JsonFields(path, value, ['type']);
    return { json: { type: 'ByteFallback' }, fuses: false, start: byteFallbackStage };
  },
  BPEDecoder(path, value) {
    const suffix = new JsonFields(path, value, ['type', 'suffix']).string('suffix');
    return { json: { type: 'BPEDecoder', suffix }, fuses: false, start: () => bpeStage(suffix) };
  },
  WordPiece(path, value) {
    const fields = new JsonFields(path, value, ['type', 'prefix', 'cleanup']);
    const prefix = fields.string('prefix');
    const cleanup = fields.boolean('cleanup');
    return {
      json: { type: 'WordPiece', prefix, cleanup },
      fuses: false,
      start: () => eachToken((token, i) => wordPieceToken(token, i, prefix, cleanup)),
    };
  },
  Metaspace(path, value) {
    const { settings, json } = readMetaspace(path, value);
    const { replacement, prependScheme } = settings;
    const change = (token: string, i: number): string =>
      token.replaceAll(replacement, i === 0 && prependScheme !== 'never' ? '' : ' ');
    return {
      json,
      fuses: false,
      start: () => eachToken(change),
      startFused: () => eachToken((token) => change(token, 0)),
    };
  },
  CTC(path, value) {
    const fields = new JsonFields(path, value, ['type', 'pad_token', 'word_delimiter_token', 'cleanup']);
    const padding = fields.string('pad_token');
    const delimiter = fields.string('word_delimiter_token');
    const cleanup = fields.boolean('cleanup');
    return {
      json: { type: 'CTC', pad_token: padding, word_delimiter_token: delimiter, cleanup },
      fuses: false,
      start: () => ctcStage(padding, delimiter, cleanup),
    };
  },
  Replace(path, value) {
    const fields = new JsonFields(path, value, ['type', 'pattern', 'content']);
    const pattern = readTextPattern(`${path}.pattern`, fields.object['pattern']);
    const content = fields.string('content');
    const start = (): DecoderStage => eachToken((token) => replaceAll(pattern, content, token));
    const { String: text } = pattern.json as { String?: string };
    const isCharacter = text !== undefined && [...text].length === 1;
    return {
      json: { type: 'Replace', pattern: pattern.json, content },
      fuses: false,
      start,
      // One character is never split between pieces.
      ...(isCharacter ? { startFused: start } : {}),
    };
  },
  Strip(path, value) {
    const fields = new JsonFields(path, value, ['type', 'content', 'start', 'stop']);
    const content = fields.character('content');
    const left = fields.count('start');
    const right = fields.count('stop');
    return {
      json: { type: 'Strip', content, start: left, stop: right },
      fuses: false,
      start: () => eachToken((token) => stripToken(token, content, left, right)),
      startFused: () => fusedStripStage(content, left, right),
    };
  },
};

/** Reads a decoder of `tokenizer.json`; other types are refused by name. */
export function readDecoder(path: string, value: unknown, depth = 0): Decoder {
  return readByType(path, value, readers, depth);
}
