import { describe, expect, it } from 'vitest';
import type { TrainingEvent } from '../training-event.ts';
import type { Reporter } from './reporter.ts';
import { withReporters } from './with-reporters.ts';

const started: TrainingEvent = { type: 'started', step: 0, steps: 1, resumedFrom: undefined };
const fail = (words: string): never => {
  throw new Error(words);
};

/** Three reporters, of which those named throw when they are closed, and who was closed. */
function reporters(...failing: string[]): { readonly all: Reporter[]; readonly closed: string[] } {
  const closed: string[] = [];
  const all = ['a', 'b', 'c'].map((name) => ({
    report: () => undefined,
    close: async () => {
      closed.push(name);
      if (failing.includes(name)) fail(`${name} can not close`);
    },
  }));
  return { all, closed };
}

async function* run(
  failures: { readonly run?: string; readonly end?: string } = {},
): AsyncGenerator<TrainingEvent, number> {
  try {
    yield started;
    if (failures.run !== undefined) fail(failures.run);
    return 7;
  } finally {
    if (failures.end !== undefined) fail(failures.end);
  }
}

async function drain(events: AsyncGenerator<TrainingEvent, number>): Promise<number> {
  for (;;) {
    const next = await events.next();
    if (next.done === true) return next.value;
  }
}

describe('withReporters', () => {
  it('closes every reporter once and gives the result', async () => {
    const { all, closed } = reporters();
    expect(await drain(withReporters(() => run(), all))).toBe(7);
    expect(closed).toEqual(['a', 'b', 'c']);
  });

  it('closes the others where one can not close, and throws the first failure', async () => {
    const { all, closed } = reporters('a', 'b');
    await expect(drain(withReporters(() => run(), all))).rejects.toThrow('a can not close');
    expect(closed).toEqual(['a', 'b', 'c']);
  });

  it('closes all where the run can not end, when it is left', async () => {
    const { all, closed } = reporters('b');
    const events = withReporters(() => run({ end: 'no room on the disk' }), all);
    await events.next();
    await expect(events.return(0)).rejects.toThrow('no room on the disk');
    expect(closed).toEqual(['a', 'b', 'c']);
  });

  it("throws the run's own failure before those of closing", async () => {
    const { all, closed } = reporters('a');
    await expect(drain(withReporters(() => run({ run: 'the loss is not finite' }), all))).rejects.toThrow('not finite');
    expect(closed).toEqual(['a', 'b', 'c']);
  });

  it('closes all where a reporter can not report', async () => {
    const { all, closed } = reporters('c');
    const events = withReporters(() => run(), [{ report: () => fail('no window') }, ...all]);
    await expect(drain(events)).rejects.toThrow('no window');
    expect(closed).toEqual(['a', 'b', 'c']);
  });
});
