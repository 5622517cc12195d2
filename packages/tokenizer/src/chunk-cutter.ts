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

// BERT's normalizer removes other white space, so that what is on both sides of it is one word.
const isBorder = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Whether what lies between white space is normalized and cut by itself, whatever is around it. */
export function cutsChunks(normalizer: JsonObject | null, preTokenizer: JsonObject | null): boolean {
  return normalizers.includes(normalizer?.['type']) && preTokenizers.includes(preTokenizer?.['type']);
}

/**
 * A cutter for such rules: text repeats what lies between white space, and each is normalized and cut once.
 *
 * @param wordsOf the words of a text
 */
export function chunkCutter(wordsOf: (text: string) => readonly string[]): WordCutter {
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
        if (isBorder(bytes[at]!)) {
          at++;
          continue;
        }
        if (counts !== target || chunks.byteCount > mostRememberedBytes) {
          target = counts;
          chunks.clear();
        }
        let end = at;
        while (end < textEnd && !isBorder(bytes[end]!)) end++;
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
