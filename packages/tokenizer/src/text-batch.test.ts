import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextBatch, type EncodedTexts } from './text-batch.ts';

const decoded = ({ bytes, ends, count }: EncodedTexts): string[] =>
  Array.from({ length: count }, (_, i) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i])),
  );

test('keeps texts apart and makes each well-formed, in memory that had others', () => {
  let memory: EncodedTexts | undefined;
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\ud83d', '\ude42', '', 'a'.repeat(50), '\ufeff'),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 80 }), (texts) => {
      const batch = new TextBatch(memory);
      for (const one of texts) batch.add(one);
      memory = batch.texts;
      expect(decoded(memory)).toEqual(texts.map((one) => one.toWellFormed()));
      expect(memory.bytes.length).toBeGreaterThanOrEqual(batch.byteCount + 8);
    }),
  );
});

test('gives the memory of a very long text back', () => {
  const batch = new TextBatch();
  batch.add('a'.repeat(1 << 22));
  expect(new TextBatch(batch.texts).texts.bytes.length).toBeLessThan(1 << 20);
});
