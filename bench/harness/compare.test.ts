import { describe, expect, it } from 'vitest';
import type { Comparison } from './benchmark.ts';
import { compare } from './compare.ts';
import type { Probe } from './probe.ts';

// The programs are real processes; only the clock of the machine is left out.
const probe = { measure: async () => 1 } as Probe;
const comparison: Comparison = {
  title: 'nothing',
  unit: 'ms',
  better: 'lower',
  figure: (milliseconds) => milliseconds,
  reference: 'python',
  contestants: [
    { name: 'no file', program: { contestant: 'gptloom-tokenizer', parameters: ['300', 'no-such-file', '1'] } },
    { name: 'python', program: { python: 'torch_training_step.py', parameters: [] } },
  ],
};

describe('compare', () => {
  it('says of each contestant why it is not measured, and goes on', async () => {
    const lines: string[] = [];
    const options = { probe, seconds: 0, report: (line: string) => lines.push(line) };
    const withoutPython = await compare(comparison, { ...options, python: undefined });
    expect(withoutPython).toEqual([
      { name: 'no file', notMeasured: expect.stringMatching(/no-such-file/) as string },
      { name: 'python', notMeasured: expect.stringContaining('--python PATH') as string },
    ]);
    expect(lines).toEqual(['starting no file', 'starting python', 'measuring 0 side by side for 0 s']);
    const wrongPython = await compare(comparison, { ...options, python: 'no-such-python' });
    expect(wrongPython[1]).toEqual({ name: 'python', notMeasured: 'spawn no-such-python ENOENT' });
  });
});
