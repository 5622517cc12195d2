import { describeValue, FormatError } from '@gptloom/core';
import { addedToken, type JsonObject } from '../tokenizer-document.ts';
import { byteToken } from '../models/byte-tokens.ts';
import { mostSymbols } from './recover-merges.ts';
import { scoredMerges } from './scored-merges.ts';
import { readSentencePieceModel, type SentencePieceModel } from './sentencepiece-model.ts';
import { bpeModel, tokenizerFiles, vocabOf, type TokenizerFiles } from './tokenizer-files.ts';

const who = 'SentencePiece model';
const spaceSymbol = '▁';
// SentencePiece's own: near that of a certain piece, and so better than any way through the text with other pieces.
const userDefinedScore = -0.1;

/**
 * The `tokenizer.json` of a SentencePiece `.model`, of type `unigram` or `bpe`, with its normalization, byte fallback,
 * control and user-defined pieces.
 *
 * Encoding gives the ids of `SentencePieceProcessor.encode`, with the limits of `tokenizer.json`: precompiled
 * normalization goes grapheme by grapheme, also over user-defined pieces; and a text that is nothing but one user-defined
 * piece of a `bpe` model has no space before it.
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
    // Unigram knows them by their scores.
    return type === 'userDefined' && model.type === 'bpe'
      ? [{ ...addedToken(text, id), normalized: true, special: false }]
      : [];
  });
  const named = (key: string, id: number): JsonObject => {
    const piece = pieces[id];
    return piece?.type === 'control' ? { [key]: piece.text } : {};
  };
  // Spaces at the start that decoding drops: the one that was put there, or all of them.
  const leading = model.removeExtraWhitespaces ? 0xffff : Number(model.addDummyPrefix);
  return tokenizerFiles(
    {
      addedTokens,
      normalizer: normalizerOf(model),
      preTokenizer: model.type === 'unigram' ? nameCuts(model) : null,
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: spaceSymbol }, content: ' ' },
          ...(byteFallback ? [{ type: 'ByteFallback' }] : []),
          { type: 'Fuse' },
          ...(leading > 0 ? [{ type: 'Strip', content: ' ', start: leading, stop: 0 }] : []),
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
    const text = byteToken(byte);
    if (!ids.has(text)) throw new FormatError({ who, rule: `byte fallback needs all bytes: ${text} is missing` });
  }
}

/** Normalization, which puts a space before the first word too. */
function normalizerOf(model: SentencePieceModel): JsonObject {
  const replace = (pattern: JsonObject, content: string): JsonObject => ({ type: 'Replace', pattern, content });
  const normalizers: JsonObject[] = [];
  if (model.charsmap.length > 0) {
    normalizers.push({ type: 'Precompiled', precompiled_charsmap: base64(model.charsmap) });
  }
  if (model.removeExtraWhitespaces) {
    normalizers.push(replace({ Regex: '\\A +' }, ''), replace({ Regex: ' {2,}' }, ' '));
  }
  normalizers.push(replace({ String: ' ' }, spaceSymbol));
  // Normalization goes over added tokens too, and must leave them as they are.
  const added = model.type === 'bpe' ? model.pieces.filter(({ type }) => type === 'userDefined') : [];
  const notAdded = added.length === 0 ? '' : `(?!\\A(?:${added.map(({ text }) => quote(text)).join('|')})\\z)`;
  if (model.addDummyPrefix) normalizers.push(replace({ Regex: `\\A${notAdded}(?!\\z)` }, spaceSymbol));
  // After the others: spaces that stand as such in the text go too.
  if (model.removeExtraWhitespaces) {
    normalizers.push(replace({ Regex: `(?<!${spaceSymbol})${notAdded}${spaceSymbol}+\\z` }, ''));
  }
  return { type: 'Sequence', normalizers };
}

/**
 * To Unigram every piece is text, also one for control or a byte that stands in the text by its name. Such a text is cut
 * between two characters that no ordinary piece has beside each other, so that the cut changes nothing else.
 */
function nameCuts({ pieces }: SentencePieceModel): JsonObject | null {
  const joined = pieces.filter(({ type }) => type === 'normal' || type === 'userDefined').map(({ text }) => text);
  const neighbors = new Set(joined.flatMap((text) => [...text].map((character, i, all) => all[i - 1] + character)));
  const patterns = pieces.flatMap(({ text, type }) => {
    if (type === 'normal' || type === 'userDefined') return [];
    const characters = [...text];
    const cut = characters.findIndex((character, i) => i > 0 && !neighbors.has(characters[i - 1]! + character));
    const [before, after] = [characters.slice(0, cut), characters.slice(cut)].map((part) => quote(part.join('')));
    return cut < 0 ? [] : [`${before}(?=${after})`];
  });
  if (patterns.length === 0) return null;
  return { type: 'Split', pattern: { Regex: patterns.join('|') }, behavior: 'MergedWithPrevious', invert: false };
}

/** A text as a regular expression. */
function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
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
    vocab: pieces.map(({ text, score, type }) => [text, type === 'userDefined' ? userDefinedScore : score]),
    byte_fallback: byteFallback,
  };
}

function base64(bytes: Uint8Array): string {
  const step = 1 << 13;
  let text = '';
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}
