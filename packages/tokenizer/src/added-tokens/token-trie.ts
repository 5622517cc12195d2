import { PairTable } from '../pair-table.ts';

/** Finds the leftmost of many texts in a text, and the longest of those that start there. */
export class TokenTrie {
  /** Whether there is nothing to find. */
  readonly isEmpty: boolean;
  // A node is 1 + the number of its edge (node above, UTF-16 unit), the root 0.
  private readonly edges = new PairTable();
  private readonly valueOf = new Map<number, number>();
  private readonly firstUnits = new Uint8Array(0x10000);

  /** @param entries texts, none of them empty, and a number for each; of equal texts the first counts */
  constructor(entries: readonly (readonly [text: string, value: number])[]) {
    this.isEmpty = entries.length === 0;
    for (const [text, value] of entries) {
      let node = 0;
      for (let i = 0; i < text.length; i++) node = this.edges.add(node, text.charCodeAt(i)) + 1;
      if (!this.valueOf.has(node)) this.valueOf.set(node, value);
      this.firstUnits[text.charCodeAt(0)] = 1;
    }
  }

  /** The first match from `from` on, or `undefined`. */
  find(text: string, from: number): { start: number; end: number; value: number } | undefined {
    for (let start = from; start < text.length; start++) {
      if (this.firstUnits[text.charCodeAt(start)] === 0) continue;
      let node = 0;
      let end = -1;
      let value = -1;
      for (let at = start; at < text.length; at++) {
        node = this.edges.indexOf(node, text.charCodeAt(at)) + 1;
        if (node === 0) break;
        const found = this.valueOf.get(node);
        if (found === undefined) continue;
        value = found;
        end = at + 1;
      }
      if (end >= 0) return { start, end, value };
    }
    return undefined;
  }
}
