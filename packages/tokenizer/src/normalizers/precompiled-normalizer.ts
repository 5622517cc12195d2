import { JsonFields } from '../json-fields.ts';
import { refuse } from '../tokenizer-document.ts';
import type { AlignedText } from './aligned-text.ts';
import { CharacterMap } from './character-map.ts';
import type { Normalizer } from './normalizer.ts';
import { utf8 } from '../utf8.ts';

/** A map of characters that SentencePiece compiled. Source: huggingface/tokenizers `Precompiled`. */
export function precompiledNormalizer(path: string, value: unknown): Normalizer {
  const fields = new JsonFields(path, value, ['type', 'precompiled_charsmap']);
  const encoded = fields.string('precompiled_charsmap');
  const bytes = fromBase64(encoded) ?? refuse(`${path}.precompiled_charsmap`, 'must be base64', encoded);
  const map = CharacterMap.read(`${path}.precompiled_charsmap`, bytes);
  const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
  return {
    json: { type: 'Precompiled', precompiled_charsmap: encoded },
    normalize: (piece) => applyMap(piece, map, graphemes),
  };
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function applyMap(piece: AlignedText, map: CharacterMap, graphemes: Intl.Segmenter): void {
  const characters: string[] = [];
  const changes: number[] = [];
  let modified = false;
  const replace = (old: string, fresh: string): void => {
    modified = true;
    const oldCount = [...old].length;
    const start = characters.length;
    for (const character of fresh) {
      characters.push(character);
      changes.push(0);
    }
    const difference = characters.length - start - oldCount;
    // New characters come last; removed ones go with the last that is there, which may be one from before.
    if (difference > 0) changes.fill(1, characters.length - difference);
    else if (difference < 0 && characters.length > 0) changes[characters.length - 1]! += difference;
  };
  const single = (character: string): void => {
    const mapped = map.lookUp(character);
    if (mapped !== undefined) replace(character, mapped);
    else {
      characters.push(character);
      changes.push(0);
    }
  };
  const cluster = (grapheme: string): void => {
    if (grapheme.length === 1) {
      single(grapheme);
      return;
    }
    const mapped = utf8.encode(grapheme).length < 6 ? map.lookUp(grapheme) : undefined;
    if (mapped !== undefined) replace(grapheme, mapped);
    else for (const character of grapheme) single(character);
  };
  for (const { plain, text } of plainAndOther(piece.text)) {
    if (plain) for (const character of text) single(character);
    else for (const { segment } of graphemes.segment(text)) cluster(segment);
  }
  if (modified) piece.transform(characters, changes);
}

/** Runs of visible ASCII, whose characters are graphemes, and of everything else with the character before it. */
function* plainAndOther(text: string): Generator<{ plain: boolean; text: string }> {
  let start = 0;
  for (const match of text.matchAll(/[ -~](?=[ -~]|$)(?:[ -~](?=[ -~]|$))*/g)) {
    if (match.index > start) yield { plain: false, text: text.slice(start, match.index) };
    yield { plain: true, text: match[0] };
    start = match.index + match[0].length;
  }
  if (start < text.length) yield { plain: false, text: text.slice(start) };
}
