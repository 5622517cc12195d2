import { describe, expect, it } from 'vitest';
import type { ContestantResult } from './compare.ts';
import { formatResults, summarizeResults } from './result-table.ts';

const terms = { unit: 'ms', better: 'lower', reference: 'theirs' } as const;
const measured = (name: string, figures: number[]): ContestantResult => ({
  name,
  figures,
  probes: figures.map((_, i) => 10 + i),
  peakMebibytes: 100,
  check: 'loss 4.17',
  versions: {},
});
const results = [
  measured('ours', [10, 12, 11]),
  { ...measured('theirs', [20, 24, 22]), threads: 2 },
  { name: 'other', notMeasured: 'not installed' },
];

describe('summarizeResults', () => {
  it('compares with the reference, and leaves out what was not measured', () => {
    const summaries = summarizeResults(terms, results);
    expect([...summaries.keys()]).toEqual(['ours', 'theirs']);
    expect(summaries.get('ours')).toMatchObject({ median: 11, relativeSpeed: 2, probeMedian: 11 });
    expect(summaries.get('theirs')!.relativeSpeed).toBe(1);
    expect(summaries.get('ours')!.probeSpread).toBeCloseTo(1.6 / 11, 12);
  });

  it('compares with the first one where the reference was not measured', () => {
    const summaries = summarizeResults({ ...terms, reference: 'other' }, results);
    expect([...summaries.values()].map(({ relativeSpeed }) => relativeSpeed)).toEqual([1, 0.5]);
  });

  it('has the median share of the peak', () => {
    const withShares = [{ ...measured('ours', [10, 12, 11]), shares: [0.7, 0.9, 0.8] }];
    expect(summarizeResults(terms, withShares).get('ours')).toMatchObject({ shareOfPeak: 0.8 });
    expect(formatResults(terms, withShares)).toContain('80 %');
  });
});

describe('formatResults', () => {
  it('aligns the columns and says why something was not measured', () => {
    expect(formatResults(terms, results).split('\n')).toEqual([
      '                median ms    p10 to p90  samples  speed  of peak  probe GFLOP/s  spread  MiB  check',
      'ours                 11.0  10.2 to 11.8        3  2.00x        -           11.0    15 %  100  loss 4.17',
      'theirs, 2 thr.       22.0  20.4 to 23.6        3  1.00x        -           11.0    15 %  100  loss 4.17',
      'other: not measured: not installed',
    ]);
  });
});
