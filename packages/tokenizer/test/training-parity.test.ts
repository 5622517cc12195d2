import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import {
  trainBpeTokenizer,
  trainCharacterBpeTokenizer,
  trainUnigramTokenizer,
  trainWordPieceTokenizer,
} from '@gptloom/tokenizer/training';
import type { Tokenizer } from '@gptloom/core';
import { describe, expect, test } from 'vitest';
import { golden, goldenText, shakespearePath } from './golden-files.ts';

interface Learned {
  readonly vocab: string[];
  readonly merges: string[];
}
type Small = Record<'wordPiece' | 'wordPieceAtLeast3' | 'characterBpe' | 'unigram', Learned>;
interface Digests {
  readonly byteLevelBpe: string;
  readonly wordPiece: string;
  readonly characterBpe: string;
  readonly unigram: string;
  readonly unigramHeldOutTokens: number;
}

const corpus = goldenText('small-corpus.txt');
const digest = (items: readonly string[]): string => createHash('sha256').update(items.join('\n')).digest('hex');

function learned(tokenizer: Tokenizer): Learned {
  const { model } = JSON.parse(tokenizer.toFiles()['tokenizer.json']!) as {
    model: { vocab: Record<string, number> | [string, number][]; merges?: [string, string][] };
  };
  const { vocab } = model;
  const tokens = Array.isArray(vocab)
    ? vocab.map(([piece]) => piece)
    : Object.keys(vocab).sort((a, b) => vocab[a]! - vocab[b]!);
  return { vocab: tokens, merges: (model.merges ?? []).map((merge) => merge.join(' ')) };
}

/** The share of the reference's tokens that are ours too. */
function sharedShare(ours: readonly string[], reference: readonly string[]): number {
  const known = new Set(ours);
  return reference.filter((token) => known.has(token)).length / reference.length;
}

describe('training on the small corpus equals huggingface/tokenizers', () => {
  const small = golden<Small>('training-small.json');

  test('WordPiece', async () => {
    expect(learned(await trainWordPieceTokenizer(corpus, { vocabSize: 500 })).vocab).toEqual(small.wordPiece.vocab);
    const rare = await trainWordPieceTokenizer(corpus, { vocabSize: 500, minFrequency: 3 });
    expect(learned(rare).vocab).toEqual(small.wordPieceAtLeast3.vocab);
  });

  test('BPE on characters', async () => {
    const { vocab, merges } = learned(await trainCharacterBpeTokenizer(corpus, { vocabSize: 600 }));
    expect(vocab).toEqual(small.characterBpe.vocab);
    expect(merges).toEqual(small.characterBpe.merges);
  });

  test('Unigram shares its pieces', async () => {
    const { vocab } = learned(await trainUnigramTokenizer(corpus, { vocabSize: 400 }));
    expect(vocab).toHaveLength(small.unigram.vocab.length);
    expect(sharedShare(vocab, small.unigram.vocab)).toBeGreaterThanOrEqual(0.98);
  });
});

const hasShakespeare = existsSync(shakespearePath);
const reason = hasShakespeare ? '' : ' (skipped: ../shared/data/tinyshakespeare/input.txt is not on this machine)';
describe.skipIf(!hasShakespeare)(`training on Shakespeare equals huggingface/tokenizers${reason}`, () => {
  const digests = golden<Record<'1024' | '8192', Digests>>('training-shakespeare.json');
  const text = hasShakespeare ? readFileSync(shakespearePath, 'utf8') : '';

  test.each([1024, 8192] as const)('%i tokens', async (vocabSize) => {
    const expected = digests[`${vocabSize}`];
    const bytes = await trainBpeTokenizer(text, { vocabSize: vocabSize + 2 });
    expect(digest(learned(bytes).merges)).toBe(expected.byteLevelBpe);
    expect(digest(learned(await trainWordPieceTokenizer(text, { vocabSize })).vocab)).toBe(expected.wordPiece);
    const { vocab, merges } = learned(await trainCharacterBpeTokenizer(text, { vocabSize }));
    expect(digest([...vocab, ...merges])).toBe(expected.characterBpe);

    const cut = Math.floor(text.length * 0.9);
    const unigram = await trainUnigramTokenizer(text.slice(0, cut), { vocabSize });
    const heldOut = unigram.encode(text.slice(cut)).length;
    expect(Math.abs(heldOut / expected.unigramHeldOutTokens - 1)).toBeLessThanOrEqual(0.005);
    // Equal today: every piece is the reference's.
    expect(digest(learned(unigram).vocab.sort())).toBe(expected.unigram);
  });
});
