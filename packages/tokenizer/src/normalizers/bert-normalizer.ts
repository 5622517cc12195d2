import { JsonFields } from '../json-fields.ts';
import { control, nonspacingMark } from '../unicode/character-sets.ts';
import type { AlignedText } from './aligned-text.ts';
import { lowercase } from './lowercase.ts';
import type { Normalizer } from './normalizer.ts';
import { toNormalizationForm } from './unicode-form.ts';

// As the reference has them, with U+2B920 where BERT's own code has U+2B820.
const chinese =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;
const ascii = /^[\0-\x7f]*$/;

function cleanText(piece: AlignedText): void {
  piece.filter((point) => point !== 0 && !control.has(point));
  const spaced = piece.text.replace(/\p{White_Space}/gu, ' ');
  if (spaced !== piece.text) piece.replaceSameLength(spaced);
}

function spaceChinese(piece: AlignedText): void {
  if (!chinese.test(piece.text)) return;
  const characters: string[] = [];
  const changes: number[] = [];
  for (const character of piece.text) {
    if (chinese.test(character)) {
      // The space takes the place of the character, which comes as a new one, as in the reference.
      characters.push(' ', character, ' ');
      changes.push(0, 1, 1);
    } else {
      characters.push(character);
      changes.push(0);
    }
  }
  piece.transform(characters, changes);
}

function stripAccents(piece: AlignedText): void {
  if (ascii.test(piece.text)) return;
  toNormalizationForm(piece, 'NFD');
  piece.filter((point) => !nonspacingMark.has(point));
}

/** BERT's cleaning, spaces around Chinese characters, and, where asked for, no accents and no capitals. */
export function bertNormalizer(path: string, value: unknown): Normalizer {
  const fields = new JsonFields(path, value, [
    'type',
    'clean_text',
    'handle_chinese_chars',
    'strip_accents',
    'lowercase',
  ]);
  const clean = fields.boolean('clean_text');
  const chineseToo = fields.boolean('handle_chinese_chars');
  const accents = fields.has('strip_accents') ? fields.boolean('strip_accents') : null;
  const lower = fields.boolean('lowercase');
  return {
    json: {
      type: 'BertNormalizer',
      clean_text: clean,
      handle_chinese_chars: chineseToo,
      strip_accents: accents,
      lowercase: lower,
    },
    normalize(piece) {
      if (clean) cleanText(piece);
      if (chineseToo) spaceChinese(piece);
      if (accents ?? lower) stripAccents(piece);
      if (lower) lowercase(piece);
    },
  };
}
