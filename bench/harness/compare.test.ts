import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Comparison } from './benchmark.ts';
import { ChildContestant, type StartedContestant } from './child-contestant.ts';
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
    {
      name: 'no file',
      program: { contestant: 'gptloom-tokenizer', parameters: ['bytes', 'lines', '300', 'no-such-file', '1'] },
    },
    { name: 'python', program: { python: 'torch_training_step.py', parameters: [] } },
  ],
};

/** A process that does its work, and ends as it is told. */
function pretendProcess(finish: () => Promise<number>): StartedContestant {
  const contestant = { sample: async () => 2, finish, stop: () => undefined } as unknown as ChildContestant;
  return { contestant, ready: { type: 'ready', versions: {}, check: 'done' } };
}

afterEach(() => vi.restoreAllMocks());

describe('compare', () => {
  it('keeps what was measured of the others where one dies at the end', async () => {
    vi.spyOn(ChildContestant, 'start').mockImplementation(async ({ name }) =>
      pretendProcess(async () => {
        if (name === 'no file') throw new Error('its process ended: out of memory\nand more');
        return 70;
      }),
    );
    const results = await compare(comparison, { probe, seconds: 0, report: () => undefined, python: undefined });
    expect(results).toEqual([
      { name: 'no file', notMeasured: 'its process ended: out of memory' },
      {
        name: 'python',
        figures: [2, 2, 2, 2, 2],
        probes: [1, 1, 1, 1, 1],
        peakMebibytes: 70,
        check: 'done',
        versions: {},
      },
    ]);
  });

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
