/** A pair of ids that waits to be merged, with places at which it may occur. */
export interface PairCandidate {
  /** The pair's number in the table of pairs. */
  readonly index: number;
  readonly left: number;
  readonly right: number;
  /** How often the pair occurred when this was last looked at. */
  count: number;
  /** The places are `places[start]` to `places[end - 1]`: one array serves all pairs of a step. */
  readonly places: Int32Array;
  readonly start: number;
  readonly end: number;
}

function precedes(a: PairCandidate, b: PairCandidate): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.left !== b.left ? a.left < b.left : a.right < b.right;
}

/** A binary heap of candidates: the most frequent first, ties to the smaller pair of ids. */
export class PairHeap {
  private readonly items: PairCandidate[] = [];

  push(item: PairCandidate): void {
    const { items } = this;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!precedes(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): PairCandidate | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && precedes(items[child + 1]!, items[child]!)) child++;
      if (!precedes(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
