import type { CountedWords } from './word-counts.ts';

/** The words in the order of their bytes. Threads count words in an order that depends on which of them is faster. */
export function sortedWords({ bytes, ends, frequencies }: CountedWords): CountedWords {
  const startOf = (word: number): number => (word === 0 ? 0 : ends[word - 1]!);
  const compare = (a: number, b: number): number => {
    const [startA, startB] = [startOf(a), startOf(b)];
    const [lengthA, lengthB] = [ends[a]! - startA, ends[b]! - startB];
    for (let i = 0; i < Math.min(lengthA, lengthB); i++) {
      const difference = bytes[startA + i]! - bytes[startB + i]!;
      if (difference !== 0) return difference;
    }
    return lengthA - lengthB;
  };
  const order = Uint32Array.from(ends.keys()).sort(compare);
  const sorted = {
    bytes: new Uint8Array(bytes.length),
    ends: ends.slice(),
    frequencies: Float64Array.from(order, (word) => frequencies[word]!),
  };
  let end = 0;
  for (const [place, word] of order.entries()) {
    sorted.bytes.set(bytes.subarray(startOf(word), ends[word]!), end);
    end += ends[word]! - startOf(word);
    sorted.ends[place] = end;
  }
  return sorted;
}
