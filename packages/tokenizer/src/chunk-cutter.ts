import { grown } from './grow.ts';
import type { JsonObject } from './tokenizer-document.ts';
import { viewOf } from './text-batch.ts';
import { lossyUtf8 } from './utf8.ts';
import type { WordCounts } from './word-counts.ts';
import type { WordCutter } from './word-cutter.ts';
import { WordTable } from './word-table.ts';

const normalizers: readonly unknown[] = [undefined, 'BertNormalizer', 'Lowercase'];
const preTokenizers: readonly unknown[] = ['BertPreTokenizer', 'Whitespace', 'WhitespaceSplit'];
const mostRememberedBytes = 1 << 21;
const chunksPerStep = 1 << 14;

// What a byte does: it is in a chunk with others, between chunks, or a chunk of its own.
const inside = 0;
const border = 1;
const alone = 2;
// BERT's normalizer removes other white space, so that what is on both sides of it is one word.
const borders = [0x20, 0x0a, 0x0d, 0x09];
// `!` to `/`, `:` to `@`, `[` to backquote, `{` to `~`.
const punctuation = [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e];

/** Whether what lies between white space is normalized and cut by itself, whatever is around it. */
export function cutsChunks(normalizer: JsonObject | null, preTokenizer: JsonObject | null): boolean {
  return normalizers.includes(normalizer?.['type']) && preTokenizers.includes(preTokenizer?.['type']);
}

/**
 * A cutter for such rules: text repeats what lies between white space, and each is normalized and cut once. Where each
 * punctuation character is a word of its own, as for BERT, that parts chunks too: fewer of them differ.
 *
 * @param wordsOf the words of a text
 */
export function chunkCutter(preTokenizer: JsonObject | null, wordsOf: (text: string) => readonly string[]): WordCutter {
  const kinds = kindsOfBytes(preTokenizer?.['type'] === 'BertPreTokenizer');
  const decoder = lossyUtf8();
  const chunks = new WordTable();
  // The numbers in `target` of the words of each chunk, one after another.
  let words: Int32Array = new Int32Array(1024);
  let ends: Int32Array = new Int32Array(1024);
  let target: WordCounts | undefined;
  return function* ({ bytes, ends: textEnds, count }, counts) {
    let untilStep = chunksPerStep;
    const view = viewOf(bytes);
    for (let i = 0, at = 0; i < count; i++) {
      for (const textEnd = textEnds[i]!; at < textEnd;) {
        const kind = kinds[bytes[at]!]!;
        if (kind === border) {
          at++;
          continue;
        }
        if (counts !== target || chunks.byteCount > mostRememberedBytes) {
          target = counts;
          chunks.clear();
        }
        let end = at + 1;
        if (kind === inside) while (end < textEnd && kinds[bytes[end]!] === inside) end++;
        const known = chunks.size;
        const chunk = chunks.add(bytes, view, at, end);
        const start = chunk === 0 ? 0 : ends[chunk - 1]!;
        if (chunk === known) {
          const found = wordsOf(decoder.decode(bytes.subarray(at, end)));
          words = grown(words, start + found.length);
          ends = grown(ends, chunk + 1);
          found.forEach((word, k) => (words[start + k] = counts.addWord(word)));
          ends[chunk] = start + found.length;
        } else for (let k = start; k < ends[chunk]!; k++) counts.addAgain(words[k]!);
        at = end;
        if (--untilStep === 0) {
          untilStep = chunksPerStep;
          yield;
        }
      }
    }
  };
}

function kindsOfBytes(partsPunctuation: boolean): Uint8Array {
  const kinds = new Uint8Array(256);
  for (const byte of borders) kinds[byte] = border;
  for (let i = 0; partsPunctuation && i < punctuation.length; i += 2) {
    kinds.fill(alone, punctuation[i], punctuation[i + 1]! + 1);
  }
  return kinds;
}
