import { FormatError } from '@gptloom/core';
import { recoverMerges } from './recover-merges.ts';

/**
 * The merges of a vocabulary in which of all neighbours the pair is merged whose text has the best score: the texts of
 * both parts, best first.
 *
 * @param ids of the texts
 * @param isPart whether the token of an id takes part in merging. Default: all do
 * @throws FormatError where two merges have the same score, which leaves their order to their places in the text
 */
export function scoredMerges(
  who: string,
  tokens: readonly string[],
  scores: readonly number[],
  ids: ReadonlyMap<string, number>,
  isPart: (id: number) => boolean = () => true,
): [string, string][] {
  const order = [...tokens.keys()]
    .filter((id) => isPart(id) && tokens[id]!.length > 1)
    .sort((a, b) => scores[b]! - scores[a]! || a - b);
  const symbolOf = (character: string): number => {
    const id = ids.get(character);
    return id === undefined || !isPart(id) ? -1 : id;
  };
  const parts = order.map((id) => ({ id, symbols: Array.from(tokens[id]!, symbolOf) }));
  const merges = recoverMerges(parts.filter(({ symbols }) => !symbols.includes(-1)));
  let last: number | undefined;
  for (const [left, right] of merges) {
    const id = ids.get(tokens[left]! + tokens[right]!)!;
    if (last !== undefined && scores[last] === scores[id]) {
      throw new FormatError({
        who,
        rule: `tokens that are merged must have scores of their own: tokens ${last} and ${id} have the same`,
        received: String(scores[id]),
      });
    }
    last = id;
  }
  return merges.map(([left, right]) => [tokens[left]!, tokens[right]!]);
}
