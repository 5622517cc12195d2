import type { Pieces } from './pieces.ts';

// A slot is an edge: the node above, the symbol, the node below, and the piece that ends there (0 for none).
const slotShift = 2;

/**
 * The pieces as a trie whose edges lie in one hash table, so that a step reads one line of memory. The root is node 0; no
 * other node has the number 0.
 */
export class PieceTrie {
  /** The edges; `step` gives places in it. */
  edges: Int32Array = new Int32Array(1024 << slotShift);
  private nodes = 1;

  constructor({ symbols, starts, scores }: Pieces) {
    for (let id = 1; id < scores.length; id++) {
      let edge = -1;
      for (let i = starts[id]!; i < starts[id + 1]!; i++) {
        edge = this.add(edge < 0 ? 0 : this.edges[edge + 2]!, symbols[i]!);
      }
      if (edge >= 0) this.edges[edge + 3] = id;
    }
  }

  /** The place of the edge from a node: two places on is the node below, three on the piece that ends there; or -1. */
  step(node: number, symbol: number): number {
    const { edges } = this;
    const edge = this.placeOf(node, symbol);
    return edges[edge + 2] === 0 ? -1 : edge;
  }

  private placeOf(node: number, symbol: number): number {
    const { edges } = this;
    const mask = edges.length - 1;
    const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca6b);
    let edge = ((mixed ^ (mixed >>> 15)) << slotShift) & mask;
    for (;;) {
      if (edges[edge + 2] === 0 || (edges[edge] === node && edges[edge + 1] === symbol)) return edge;
      edge = (edge + 4) & mask;
    }
  }

  private add(node: number, symbol: number): number {
    if (8 * this.nodes > 5 * (this.edges.length >> slotShift)) this.rehash();
    const { edges } = this;
    const edge = this.placeOf(node, symbol);
    if (edges[edge + 2] === 0) {
      edges[edge] = node;
      edges[edge + 1] = symbol;
      edges[edge + 2] = this.nodes++;
    }
    return edge;
  }

  private rehash(): void {
    const old = this.edges;
    this.edges = new Int32Array(2 * old.length);
    for (let from = 0; from < old.length; from += 4) {
      if (old[from + 2] === 0) continue;
      this.edges.set(old.subarray(from, from + 4), this.placeOf(old[from]!, old[from + 1]!));
    }
  }
}
