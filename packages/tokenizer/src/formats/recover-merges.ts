import { PairTable } from '../pair-table.ts';

/** A token with the symbols that it is made of before any merge. */
export interface TokenParts {
  readonly id: number;
  readonly symbols: readonly number[];
}

/**
 * Most symbols of a token that formats may have. A token's symbols are merged by scanning, which is quick for the longest
 * published ones, of 128 symbols, and would not be for long ones.
 */
export const mostSymbols = 1024;

/**
 * The pair of tokens that each token is merged from, in the order of ranks.
 *
 * Files of ranks or scores merge any two neighbours whose texts joined are a token, the best one first. Within the
 * place of a token that goes as it would go alone, so the two parts that are left when the token alone has been merged
 * by all better ones are the only pair that ever makes it. A token for which more than two are left is never made.
 *
 * @param tokens in the order of their ranks, best first; one symbol is no merge
 */
export function recoverMerges(tokens: Iterable<TokenParts>): [left: number, right: number][] {
  const pairs = new PairTable();
  const results: number[] = [];
  const merges: [number, number][] = [];
  for (const { id, symbols } of tokens) {
    if (symbols.length < 2) continue;
    const row = [...symbols];
    while (row.length > 2) {
      let best = -1;
      let place = -1;
      for (let i = 0; i + 1 < row.length; i++) {
        const rank = pairs.indexOf(row[i]!, row[i + 1]!);
        if (rank >= 0 && (best < 0 || rank < best)) {
          best = rank;
          place = i;
        }
      }
      if (best < 0) break;
      row.splice(place, 2, results[best]!);
    }
    if (row.length !== 2) continue;
    const [left, right] = row as [number, number];
    // Two tokens of the same two parts would have the same text.
    if (pairs.indexOf(left, right) >= 0) continue;
    results[pairs.add(left, right)] = id;
    merges.push([left, right]);
  }
  return merges;
}
