import { JsonFields, isCount } from '../json-fields.ts';
import { PairTable } from '../pair-table.ts';
import { refuse, type JsonObject } from '../tokenizer-document.ts';
import { byteTokenIds } from './byte-tokens.ts';
import { PieceMemory, utf8Length, type Model, type PieceTokens } from './model.ts';
import { missingUnknown } from './word-level-model.ts';
import { utf8 } from '../utf8.ts';

// How much worse than the worst token an unknown character is.
const unknownPenalty = 10;

/**
 * The tokens of the greatest total score that a piece can be cut into (Viterbi); neighboring unknown characters are one
 * unknown token. Source: Kudo 2018, "Subword Regularization", section 3.2; huggingface/tokenizers `Unigram`.
 */
export class UnigramModel implements Model {
  readonly pieceIsToken = true;
  private readonly vocab: readonly (readonly [token: string, score: number])[];
  private readonly unknownId: number | undefined;
  private readonly byteFallback: boolean;
  private readonly ids = new Map<string, number>();
  private readonly byteIds: Int32Array | undefined;
  // A trie of UTF-16 units: a node is 1 + the number of its edge (node above, unit), the root 0.
  private readonly edges = new PairTable();
  private readonly idOfNode: Int32Array;
  private readonly unknownScore: number;
  private readonly memory = new PieceMemory();

  constructor(
    vocab: readonly (readonly [token: string, score: number])[],
    unknownId: number | undefined,
    byteFallback: boolean,
  ) {
    this.vocab = vocab;
    this.unknownId = unknownId;
    this.byteFallback = byteFallback;
    let least = Infinity;
    vocab.forEach(([token, score], id) => {
      this.ids.set(token, id);
      least = Math.min(least, score);
    });
    this.unknownScore = least - unknownPenalty;
    const found: [number, number][] = [];
    for (const [token, id] of this.ids) {
      let node = 0;
      for (let i = 0; i < token.length; i++) node = this.edges.add(node, token.charCodeAt(i)) + 1;
      if (node > 0) found.push([node, id]);
    }
    this.idOfNode = new Int32Array(this.edges.size + 1).fill(-1);
    for (const [node, id] of found) this.idOfNode[node] = id;
    this.byteIds = byteFallback ? byteTokenIds((token) => this.ids.get(token)) : undefined;
  }

  static read(value: unknown): UnigramModel {
    const fields = new JsonFields('model', value, ['type', 'unk_id', 'vocab', 'byte_fallback']);
    const vocab = fields.array('vocab').map((entry, i) => {
      const pair = Array.isArray(entry) && entry.length === 2 ? (entry as unknown[]) : [];
      const [token, score] = pair;
      if (typeof token === 'string' && typeof score === 'number') return [token, score] as const;
      return refuse(`model.vocab[${i}]`, 'must be a token and its score', entry);
    });
    const unknownId = fields.object['unk_id'] ?? undefined;
    if (unknownId !== undefined && !(isCount(unknownId) && unknownId < vocab.length)) {
      return refuse('model.unk_id', `must be a token id below ${vocab.length}`, unknownId);
    }
    return new UnigramModel(vocab, unknownId as number | undefined, fields.boolean('byte_fallback', false));
  }

  get size(): number {
    return this.vocab.length;
  }

  get idLimit(): number {
    return this.vocab.length;
  }

  idOf(token: string): number | undefined {
    return this.ids.get(token);
  }

  tokenOf(id: number): string | undefined {
    return this.vocab[id]?.[0];
  }

  tokenize(piece: string): PieceTokens {
    return this.memory.tokens(piece, (text) => this.tokensOf(text));
  }

  private tokensOf(piece: string): PieceTokens {
    const cuts = this.bestCuts(piece);
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    let bytes = 0;
    const push = (id: number, end: number): void => {
      ids.push(id);
      starts.push(bytes);
      ends.push(end);
    };
    for (let i = 0; i + 1 < cuts.length; i++) {
      const text = piece.slice(cuts[i], cuts[i + 1]);
      const end = bytes + utf8Length(text);
      const id = this.ids.get(text);
      if (id !== undefined) push(id, end);
      else {
        const fallback =
          this.byteIds === undefined ? [] : Array.from(utf8.encode(text), (byte) => this.byteIds![byte]!);
        if (fallback.length > 0 && !fallback.includes(-1)) for (const byteId of fallback) push(byteId, end);
        else push(this.unknownId ?? missingUnknown(text, null), end);
      }
      bytes = end;
    }
    return { ids, starts, ends };
  }

  /** The places where the best tokens start, and the end of the piece; neighboring unknown ones are joined. */
  private bestCuts(piece: string): number[] {
    const { edges, idOfNode, vocab, unknownScore } = this;
    const { length } = piece;
    const scores = new Float64Array(length + 1);
    const startOf = new Int32Array(length + 1).fill(-1);
    const idAt = new Int32Array(length + 1);
    const offer = (start: number, end: number, score: number, id: number): void => {
      if (startOf[end]! >= 0 && score <= scores[end]!) return;
      scores[end] = score;
      startOf[end] = start;
      idAt[end] = id;
    };
    for (let start = 0; start < length;) {
      const single = start + (piece.codePointAt(start)! > 0xffff ? 2 : 1);
      let hasSingle = false;
      let node = 0;
      for (let at = start; at < length; at++) {
        node = edges.indexOf(node, piece.charCodeAt(at)) + 1;
        if (node === 0) break;
        const id = idOfNode[node]!;
        if (id < 0) continue;
        offer(start, at + 1, vocab[id]![1] + scores[start]!, id);
        if (at + 1 === single) hasSingle = true;
      }
      if (!hasSingle) {
        const score = unknownScore + scores[start]!;
        if (startOf[single]! < 0 || score > scores[single]!) {
          offer(start, single, score, this.unknownId ?? missingUnknown(piece.slice(start, single), null));
        }
      }
      start = single;
    }
    const cuts: number[] = [length];
    let unknownAfter = false;
    for (let end = length; end > 0; end = startOf[end]!) {
      const unknown = idAt[end] === this.unknownId;
      if (unknown && unknownAfter) cuts.pop();
      cuts.push(startOf[end]!);
      unknownAfter = unknown;
    }
    return cuts.reverse();
  }

  toJson(): JsonObject {
    const { unknownId, vocab, byteFallback } = this;
    return { type: 'Unigram', unk_id: unknownId ?? null, vocab, byte_fallback: byteFallback };
  }
}
