import { describe, expect, it } from 'vitest';
import { configurations, gigaflopOfStep, randomTokens } from './configurations.ts';

describe('gigaflopOfStep', () => {
  it('counts products and half of the scores of attention', () => {
    // One layer of dim 2 (4 * 2 * 2 + 2 * 2 * 8 = 48 weights) and 3 * 2 of the output, 10 tokens, context 5:
    // 6 * 54 + 6 * 2 * 5 operations a token.
    const shape = { numLayers: 1, numHeads: 1, embedDim: 2, maxSeqLen: 5, batchSize: 2, vocabSize: 3 };
    expect(gigaflopOfStep(shape)).toBeCloseTo((10 * (6 * 54 + 6 * 2 * 5)) / 1e9, 15);
    expect(gigaflopOfStep(configurations.B)).toBeCloseTo(138, 0);
  });
});

describe('randomTokens', () => {
  it('gives the same ids every time, all below the size of the vocabulary', () => {
    const ids = randomTokens(1000, 7);
    expect([...new Set(ids)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(randomTokens(1000, 7)).toEqual(ids);
  });
});
