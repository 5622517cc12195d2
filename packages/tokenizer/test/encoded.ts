import { TextBatch, type EncodedTexts } from '../src/text-batch.ts';

/** Texts as they go to the counting of words. */
export function encoded(...texts: readonly string[]): EncodedTexts {
  const batch = new TextBatch();
  for (const text of texts) batch.add(text);
  return batch.texts;
}
