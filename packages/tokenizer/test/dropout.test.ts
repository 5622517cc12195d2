import { tokenizerFromJson, type JsonTokenizer } from '@gptloom/tokenizer';
import { describe, expect, test } from 'vitest';
import { golden } from './golden-files.ts';

interface Golden {
  readonly samples: number;
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (readonly [string, string])[];
  readonly cases: readonly { word: string; dropout: number; ways: Readonly<Record<string, number>> }[];
}

const { samples, vocab, merges, cases } = golden<Golden>('bpe-dropout.json');
// The same text has the same tokens. Words that differ in nothing but the names of their letters draw for themselves.
const alphabets = 4000;
const renamed = (text: string, alphabet: number): string =>
  text.replace(/[a-d]/g, (letter) => String.fromCodePoint(0x20000 + 4 * alphabet + letter.charCodeAt(0) - 97));

function tokenizerWith(dropout: number | null): JsonTokenizer {
  const tokens = Object.keys(vocab);
  const names = Array.from({ length: alphabets }, (_, alphabet) => tokens.map((token) => renamed(token, alphabet)));
  const model = {
    type: 'BPE',
    dropout,
    vocab: Object.fromEntries(names.flat().map((name, id) => [name, id])),
    merges: names.flatMap((_, alphabet) => merges.map((pair) => pair.map((part) => renamed(part, alphabet)))),
  };
  return tokenizerFromJson(JSON.stringify({ version: '1.0', added_tokens: [], model }));
}

/** How often each way to cut a word comes up. */
function waysOf(tokenizer: JsonTokenizer, word: string): Map<string, number> {
  const tokens = Object.keys(vocab);
  const ways = new Map<string, number>();
  for (let alphabet = 0; alphabet < alphabets; alphabet++) {
    const ids = tokenizer.encode(renamed(word, alphabet));
    const way = ids.map((id) => tokens[id % tokens.length]).join(' ');
    ways.set(way, (ways.get(way) ?? 0) + 1);
  }
  return ways;
}

describe.each([0, 0.1, 0.5, 0.9, 1])('with dropout %d', (dropout) => {
  const tokenizer = tokenizerWith(dropout);

  test.each(cases.filter((one) => one.dropout === dropout))(
    '$word is cut in the ways of huggingface/tokenizers, as often',
    ({ word, ways }) => {
      const found = waysOf(tokenizer, word);
      for (const way of new Set([...Object.keys(ways), ...found.keys()])) {
        const expected = (ways[way] ?? 0) / samples;
        const share = (found.get(way) ?? 0) / alphabets;
        const pooled = ((found.get(way) ?? 0) + (ways[way] ?? 0)) / (alphabets + samples);
        const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / alphabets + 1 / samples));
        expect(Math.abs(share - expected), way).toBeLessThanOrEqual(5 * deviation);
      }
      // Without chance there is one way.
      if (dropout === 0 || dropout === 1) expect([...found.keys()]).toEqual(Object.keys(ways));
    },
  );

  test('the same text has the same tokens, whose places cover it', () => {
    const text = renamed('abababcdcdabcabcd', 7);
    const { ids, offsets } = tokenizer.encodeDetailed(text);
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizerWith(dropout).encode(text)).toEqual(ids);
    expect(offsets.map(([start, end]) => text.slice(start, end))).toEqual(ids.map((id) => tokenizer.tokenOf(id)));
  });
});

test('dropout of 0 is none', () => {
  const [without, zero] = [tokenizerWith(null), tokenizerWith(0)];
  for (const { word } of cases) expect(zero.encode(renamed(word, 3))).toEqual(without.encode(renamed(word, 3)));
});
