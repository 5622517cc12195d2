import { describeValue, FormatError } from '@gptloom/core';
import { addedToken, type JsonObject } from '../tokenizer-document.ts';
import { mostSymbols } from './recover-merges.ts';
import { scoredMerges } from './scored-merges.ts';
import { readSentencePieceModel, type SentencePieceModel } from './sentencepiece-model.ts';
import { bpeModel, tokenizerFiles, vocabOf, type TokenizerFiles } from './tokenizer-files.ts';

const who = 'SentencePiece model';
const spaceSymbol = '▁';

/**
 * The `tokenizer.json` of a SentencePiece `.model`, of type `unigram` or `bpe`, with its normalization, byte fallback,
 * control and user-defined pieces.
 *
 * Encoding gives the ids of `SentencePieceProcessor.encode`, with the limits of `tokenizer.json`: precompiled
 * normalization goes grapheme by grapheme, and where user-defined pieces cut the text, each part between them is
 * stripped and has its runs of spaces collapsed by itself.
 *
 * ```ts
 * import { tokenizerFromJson } from '@gptloom/tokenizer';
 * import { sentencePieceToFiles } from '@gptloom/tokenizer/formats';
 * import { existsSync, readFileSync } from 'node:fs';
 *
 * if (existsSync('tokenizer.model')) {
 *   const files = sentencePieceToFiles(readFileSync('tokenizer.model'));
 *   const tokenizer = tokenizerFromJson(files['tokenizer.json'], files['tokenizer_config.json']);
 *   console.log(tokenizer.encode('Once upon a time'));
 * }
 * ```
 *
 * @throws FormatError naming the byte or piece that is broken, or what is not supported
 */
export function sentencePieceToFiles(bytes: Uint8Array): TokenizerFiles {
  const model = readSentencePieceModel(bytes);
  const { pieces, byteFallback } = model;
  const ids = new Map<string, number>();
  pieces.forEach(({ text, type }, id) => {
    const other = ids.get(text);
    let rule: string | undefined;
    if (text === '') rule = 'have a text';
    else if (text.length > mostSymbols) rule = `have at most ${mostSymbols} characters`;
    else if (other !== undefined) rule = `differ from piece ${other}`;
    else if (type === 'unused') rule = 'be used: unused pieces are not supported';
    if (rule !== undefined)
      throw new FormatError({ who, rule: `piece ${id} must ${rule}`, received: describeValue(text) });
    ids.set(text, id);
  });
  if (byteFallback) checkBytes(ids);
  const unknown = pieces[model.unknownId];
  if (unknown === undefined) throw new FormatError({ who, rule: 'there must be an unknown piece' });
  const addedTokens = pieces.flatMap(({ text, type }, id) => {
    if (type === 'control' || type === 'unknown') return [addedToken(text, id)];
    return type === 'userDefined' ? [{ ...addedToken(text, id), special: false }] : [];
  });
  const named = (key: string, id: number): JsonObject => {
    const piece = pieces[id];
    return piece?.type === 'control' ? { [key]: piece.text } : {};
  };
  return tokenizerFiles(
    {
      addedTokens,
      ...spaceRules(model),
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: spaceSymbol }, content: ' ' },
          ...(byteFallback ? [{ type: 'ByteFallback' }] : []),
          { type: 'Fuse' },
          ...(model.addDummyPrefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
        ],
      },
      model: model.type === 'bpe' ? bpe(model, ids, unknown.text) : unigram(model),
    },
    {
      ...named('bos_token', model.beginId),
      ...named('eos_token', model.endId),
      ...named('pad_token', model.padId),
      unk_token: unknown.text,
    },
  );
}

function checkBytes(ids: ReadonlyMap<string, number>): void {
  for (let byte = 0; byte < 256; byte++) {
    const text = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    if (!ids.has(text)) throw new FormatError({ who, rule: `byte fallback needs all bytes: ${text} is missing` });
  }
}

/** Normalization, and where the space before the first word comes from. */
function spaceRules(model: SentencePieceModel): { normalizer: JsonObject | null; preTokenizer: JsonObject | null } {
  const replace = (expression: string, content: string): JsonObject => {
    return { type: 'Replace', pattern: { Regex: expression }, content };
  };
  const normalizers: JsonObject[] = [];
  if (model.charsmap.length > 0) {
    normalizers.push({ type: 'Precompiled', precompiled_charsmap: base64(model.charsmap) });
  }
  if (model.removeExtraWhitespaces) normalizers.push(replace('\\A +| +\\z', ''), replace(' {2,}', ' '));
  let preTokenizer: JsonObject | null = null;
  if (model.pieces.some(({ type }) => type === 'userDefined')) {
    // User-defined pieces cut the text before it is normalized; only its first part has a space put before it.
    const scheme = model.addDummyPrefix ? 'first' : 'never';
    preTokenizer = { type: 'Metaspace', replacement: spaceSymbol, prepend_scheme: scheme, split: false };
  } else {
    if (model.addDummyPrefix) normalizers.push({ type: 'Prepend', prepend: spaceSymbol });
    normalizers.push({ type: 'Replace', pattern: { String: ' ' }, content: spaceSymbol });
  }
  return { normalizer: normalizers.length > 0 ? { type: 'Sequence', normalizers } : null, preTokenizer };
}

function bpe(
  { pieces, byteFallback }: SentencePieceModel,
  ids: ReadonlyMap<string, number>,
  unknown: string,
): JsonObject {
  const merges = scoredMerges(
    who,
    pieces.map(({ text }) => text),
    pieces.map(({ score }) => score),
    ids,
    (id) => pieces[id]!.type === 'normal',
  );
  return bpeModel(vocabOf(ids), merges, { unk_token: unknown, fuse_unk: true, byte_fallback: byteFallback });
}

function unigram({ pieces, byteFallback, unknownId }: SentencePieceModel): JsonObject {
  return {
    type: 'Unigram',
    unk_id: unknownId,
    vocab: pieces.map(({ text, score }) => [text, score]),
    byte_fallback: byteFallback,
  };
}

function base64(bytes: Uint8Array): string {
  const step = 1 << 13;
  let text = '';
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}
