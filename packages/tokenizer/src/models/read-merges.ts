import type { RankedMerges } from '../merge-symbols.ts';
import { PairTable } from '../pair-table.ts';
import { refuse } from '../tokenizer-document.ts';

/** The two tokens of one merge: `"a b"` in old files, `["a", "b"]` in new ones. */
function pairOf(entry: unknown, i: number): readonly [string, string] {
  if (typeof entry === 'string') {
    const space = entry.indexOf(' ');
    if (space >= 0 && entry.indexOf(' ', space + 1) < 0) return [entry.slice(0, space), entry.slice(space + 1)];
  } else if (Array.isArray(entry) && entry.length === 2) {
    const [left, right] = entry as [unknown, unknown];
    if (typeof left === 'string' && typeof right === 'string') return [left, right];
  }
  return refuse(`model.merges[${i}]`, 'must be two tokens', entry);
}

/**
 * Reads `model.merges`, best first, with the tokens that they make.
 *
 * @param continuingPrefix what the right token of a pair begins with and the token that they make leaves out
 */
export function readMerges(value: unknown, idOf: ReadonlyMap<string, number>, continuingPrefix: string): RankedMerges {
  if (!Array.isArray(value)) return refuse('model.merges', 'must be an array', value ?? null);
  // Old files have a line for their version.
  const entries = (value as unknown[]).filter((entry) => !(typeof entry === 'string' && entry.startsWith('#version')));
  const lefts = new Int32Array(entries.length);
  const rights = new Int32Array(entries.length);
  const made = new Int32Array(entries.length);
  const need = (token: string, i: number): number =>
    idOf.get(token) ?? refuse(`model.merges[${i}]`, 'must be of and make tokens in model.vocab', token);
  // A pair that stands twice has its later rank, as in huggingface/tokenizers.
  const last = new PairTable();
  let distinct = true;
  for (let i = 0; i < entries.length; i++) {
    const [left, right] = pairOf(entries[i], i);
    lefts[i] = need(left, i);
    rights[i] = need(right, i);
    made[i] = need(left + right.slice(continuingPrefix.length), i);
    if (last.add(lefts[i]!, rights[i]!) !== i) distinct = false;
  }
  if (distinct) return { ranks: last, results: made };
  return keepLast(lefts, rights, made, last);
}

function keepLast(lefts: Int32Array, rights: Int32Array, made: Int32Array, all: PairTable): RankedMerges {
  const lastPlace = new Int32Array(all.size);
  for (let i = 0; i < lefts.length; i++) lastPlace[all.indexOf(lefts[i]!, rights[i]!)] = i;
  const ranks = new PairTable();
  const results: number[] = [];
  for (let i = 0; i < lefts.length; i++) {
    if (lastPlace[all.indexOf(lefts[i]!, rights[i]!)] !== i) continue;
    ranks.add(lefts[i]!, rights[i]!);
    results.push(made[i]!);
  }
  return { ranks, results: Int32Array.from(results) };
}
