import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BestSubstrings } from './best-substrings.ts';
import { fewerPieces, type Pieces } from './pieces.ts';
import { repeatedSubstrings } from './repeated-substrings.ts';
import { seedPieces } from './seed-pieces.ts';
import { characterWords, wordBorder, type SymbolWords } from './symbol-words.ts';
import { codePointCount } from './utf8-text.ts';
import { WordCounts } from './word-counts.ts';

function wordsOf(texts: readonly string[]): SymbolWords {
  const counts = new WordCounts();
  for (const text of texts) counts.addWord(text);
  return characterWords(counts.words, (codePoint) => codePoint);
}

function end<T>(steps: Generator<unknown, T, void>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const someWords = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '🙂'), minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 12,
});

/** How often each single character, and each substring that is followed by different ones, is in distinct words. */
function expectedSubstrings(texts: readonly string[], longest: number): Map<string, number> {
  const counts = new Map<string, number>();
  const followers = new Map<string, Set<string>>();
  for (const text of new Set(texts)) {
    const word = [...text];
    for (let start = 0; start < word.length; start++) {
      for (let end = start + 1; end <= Math.min(word.length, start + longest); end++) {
        const text = word.slice(start, end).join('');
        counts.set(text, (counts.get(text) ?? 0) + 1);
        followers.set(text, (followers.get(text) ?? new Set()).add(word[end] ?? ''));
      }
    }
  }
  for (const [text, next] of followers) if ([...text].length > 1 && next.size < 2) counts.delete(text);
  return counts;
}

test('finds the substrings that are followed by different symbols, in their order', () => {
  fc.assert(
    fc.property(someWords, (texts) => {
      const { cells, frequencies } = wordsOf(texts);
      const places = new Int32Array(cells.length - frequencies.length - 1);
      const found: [string, number][] = [];
      end(
        repeatedSubstrings(cells, places, 4, (start, length, count) => {
          const place = places[start]!;
          found.push([String.fromCodePoint(...cells.subarray(place, place + length)), count]);
        }),
      );
      expect(new Map(found)).toEqual(expectedSubstrings(texts, 4));
      const symbols = found.map(([text]) => Array.from(text, (one) => one.codePointAt(0)!));
      expect(symbols).toEqual(symbols.toSorted(compareSymbols));
      expect(places.toSorted()).toEqual(Int32Array.from(cells.keys()).filter((place) => cells[place] !== wordBorder));
    }),
  );
});

test('keeps the best substrings, of equal ones the last', () => {
  const substring = fc.record({ length: fc.integer({ min: 1, max: 4 }), count: fc.integer({ min: 1, max: 5 }) });
  fc.assert(
    fc.property(fc.array(substring, { maxLength: 5000, size: 'max' }), fc.nat(40), (all, most) => {
      const best = new BestSubstrings(most);
      all.forEach(({ length, count }, start) => best.add(start, length, count));
      best.cut();
      const score = (start: number): number => all[start]!.length * all[start]!.count;
      const places = [...all.keys()];
      const several = places.filter((start) => all[start]!.length > 1);
      const kept = new Set(several.sort((a, b) => score(b) - score(a) || b - a).slice(0, most));
      expect([...best.starts.subarray(0, best.size)]).toEqual(
        places.filter((start) => all[start]!.length === 1 || kept.has(start)),
      );
    }),
    { numRuns: 30 },
  );
});

test('the longest piece of each place, and the pieces that a piece begins with, before and after some are left out', () => {
  fc.assert(
    fc.property(someWords, fc.infiniteStream(fc.boolean()), (texts, choices) => {
      const words = wordsOf(texts);
      const symbols = words.cells.slice();
      const occurrences = new Float64Array(codePointCount);
      for (const symbol of symbols) if (symbol !== wordBorder) occurrences[symbol]!++;
      const { pieces } = end(
        seedPieces({ ...words, longest: words.cells }, occurrences, { maxPieceLength: 4, seedSize: 1000 }),
      );
      checkPieces(symbols, words.cells, pieces);

      const isKept = Uint8Array.from({ length: pieces.scores.length }, () => Number(choices.next().value));
      const fewer = fewerPieces(pieces, isKept);
      const renumbered = words.cells.map((id) => (id === wordBorder ? id : fewer.renumbering[id]!));
      checkPieces(symbols, renumbered, fewer.pieces);
      const count = (text: string): boolean => [...text].length === 1;
      const left = textsOf(symbols, pieces).filter((text, i) => count(text) || isKept[i + 1] === 1);
      expect(textsOf(symbols, fewer.pieces)).toEqual(left);
    }),
  );
});

function compareSymbols(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((symbol, i) => symbol !== b[i]);
  return at < 0 ? a.length - b.length : a[at]! - (b[at] ?? -1);
}

function textsOf(symbols: Int32Array, { links, places, scores }: Pieces): string[] {
  return Array.from(scores.keys(), (id) =>
    String.fromCodePoint(...symbols.subarray(places[id], places[id]! + links[2 * id + 1]!)),
  ).slice(1);
}

/** Follows the links of each place and compares with a search among all pieces. */
function checkPieces(symbols: Int32Array, longest: Int32Array, pieces: Pieces): void {
  const texts = textsOf(symbols, pieces);
  longest.forEach((id, place) => {
    expect(id === wordBorder).toBe(symbols[place] === wordBorder);
    if (id === wordBorder) return;
    const rest = String.fromCodePoint(...symbols.subarray(place, symbols.indexOf(wordBorder, place)));
    const found: string[] = [];
    for (let piece = id; piece !== 0; piece = pieces.links[2 * piece]!) found.unshift(texts[piece - 1]!);
    expect(found).toEqual(texts.filter((text) => rest.startsWith(text)).sort((a, b) => a.length - b.length));
  });
}
