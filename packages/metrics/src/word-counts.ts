import { splitWords } from './split-words.ts';

/** Word counts of texts as a sparse matrix: row after row, the columns and counts of the words that occur. */
export interface WordCounts {
  /** `[texts + 1]`: where each row begins. */
  readonly rowStarts: Int32Array;
  /** The column of each entry. */
  readonly columns: Int32Array;
  /** The count of each entry. */
  readonly counts: Float64Array;
}

/** Gives each word a column, in the order in which words first occur. */
export function buildVocabulary(texts: readonly string[]): Map<string, number> {
  const vocabulary = new Map<string, number>();
  for (const text of texts) {
    for (const word of splitWords(text)) if (!vocabulary.has(word)) vocabulary.set(word, vocabulary.size);
  }
  return vocabulary;
}

/** Counts the words of a vocabulary in texts; other words are passed over. */
export function countWords(texts: readonly string[], vocabulary: ReadonlyMap<string, number>): WordCounts {
  const rowStarts = new Int32Array(texts.length + 1);
  const columns: number[] = [];
  const counts: number[] = [];
  texts.forEach((text, row) => {
    const inRow = new Map<number, number>();
    for (const word of splitWords(text)) {
      const column = vocabulary.get(word);
      if (column !== undefined) inRow.set(column, (inRow.get(column) ?? 0) + 1);
    }
    for (const [column, count] of inRow) {
      columns.push(column);
      counts.push(count);
    }
    rowStarts[row + 1] = columns.length;
  });
  return { rowStarts, columns: Int32Array.from(columns), counts: Float64Array.from(counts) };
}
