import type { RankedMerges } from '../merge-symbols.ts';
import { PairTable } from '../pair-table.ts';
import { refuse } from '../tokenizer-document.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * Reads `model.merges`, best first, with the tokens that they make: `"a b"` in old files, `["a", "b"]` in new ones.
 *
 * @param continuingPrefix what the right token of a pair begins with and the token that they make leaves out
 */
export function readMerges(value: unknown, { idOf, tokens }: Vocabulary, continuingPrefix: string): RankedMerges {
  if (!Array.isArray(value)) return refuse('model.merges', 'must be an array', value ?? null);
  // Old files have a line for their version.
  const entries = (value as unknown[]).filter((entry) => !(typeof entry === 'string' && entry.startsWith('#version')));
  const lefts = new Int32Array(entries.length);
  const rights = new Int32Array(entries.length);
  const made = new Int32Array(entries.length);
  const need = (token: string, i: number): number =>
    idOf.get(token) ?? refuse(`model.merges[${i}]`, 'must be of and make tokens in model.vocab', token);
  let next = -1;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    let left: unknown;
    let right: unknown;
    if (typeof entry === 'string') {
      const cut = entry.indexOf(' ');
      if (cut >= 0 && entry.indexOf(' ', cut + 1) < 0) {
        left = entry.slice(0, cut);
        right = entry.slice(cut + 1);
      }
    } else if (Array.isArray(entry) && entry.length === 2) {
      left = entry[0];
      right = entry[1];
    }
    if (typeof left !== 'string' || typeof right !== 'string') {
      return refuse(`model.merges[${i}]`, 'must be two tokens', entry);
    }
    lefts[i] = need(left, i);
    rights[i] = need(right, i);
    const joined = left + (continuingPrefix === '' ? right : right.slice(continuingPrefix.length));
    // Trained vocabularies have the tokens in the order of their merges, and comparing is quicker than looking up.
    made[i] = tokens[next] === joined ? next : need(joined, i);
    next = made[i]! + 1;
  }
  const ranks = PairTable.ofDistinct(lefts, rights);
  return ranks === undefined ? keepLast(lefts, rights, made) : { ranks, results: made };
}

/** A pair that stands twice has its later rank, as in huggingface/tokenizers. */
function keepLast(lefts: Int32Array, rights: Int32Array, made: Int32Array): RankedMerges {
  const all = new PairTable();
  const lastPlace = new Int32Array(lefts.length);
  for (let i = 0; i < lefts.length; i++) lastPlace[all.add(lefts[i]!, rights[i]!)] = i;
  const ranks = new PairTable();
  const results: number[] = [];
  for (let i = 0; i < lefts.length; i++) {
    if (lastPlace[all.indexOf(lefts[i]!, rights[i]!)] !== i) continue;
    ranks.add(lefts[i]!, rights[i]!);
    results.push(made[i]!);
  }
  return { ranks, results: Int32Array.from(results) };
}
