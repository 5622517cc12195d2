import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { TrainingEvent } from '../src/index.ts';
import { jsonLines, progressBar } from '../src/node.ts';
import { createTrainingClock, formatDuration } from '../src/reporter/training-clock.ts';

const step = (number: number): TrainingEvent => ({
  type: 'step',
  step: number,
  steps: 4,
  loss: 2.5,
  learningRate: 1e-3,
  gradNorm: 1,
  tokens: 64,
  tokensPerSecond: 1000.4,
});
const best = { step: 2, validationLoss: 2.75 };
const events: TrainingEvent[] = [
  { type: 'started', step: 0, steps: 4 },
  step(1),
  step(2),
  { type: 'evaluation', step: 2, validationLoss: 2.75, perplexity: 15, best },
  { type: 'warning', code: 'overfitting', step: 2, message: 'the gap grows' },
  step(3),
  { type: 'finished', reason: 'aborted', step: 3, alreadyFinished: false, kept: 'nothing was saved' },
];

async function shown(stream: PassThrough, options: { readonly everySeconds?: number } = {}): Promise<string> {
  const reporter = progressBar({ stream, ...options });
  for (const event of events) await reporter.report(event);
  await reporter.close?.();
  stream.end();
  return String(stream.read() ?? '');
}

describe('progressBar', () => {
  it('writes plain lines where the output is no terminal', async () => {
    const lines = (await shown(new PassThrough(), { everySeconds: 1000 })).replaceAll(/  \d+s left/g, '  left');
    expect(lines.trimEnd().split('\n')).toEqual([
      'step 1/4  loss 2.5000  learning rate 1.00e-3  1000 tokens/s  left',
      'step 2/4  loss 2.5000  validation 2.7500  learning rate 1.00e-3  1000 tokens/s  left',
      'warning: the gap grows',
      'finished: stopped; nothing was saved',
    ]);
    expect(lines).not.toContain('\u001b');
  });

  it('draws a bar in a terminal', async () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 120, cursorTo: () => true });
    const text = await shown(stream);
    expect(text).toContain('3/4');
    expect(text).toContain('validation 2.7500');
    expect(text).toContain('finished: stopped');
  });

  it('refuses unknown options', () => {
    expect(() => progressBar({ colour: 'red' } as object)).toThrow(/no option 'colour'/);
  });
});

describe('jsonLines', () => {
  it('adds every event to a file, with its time', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gptloom-lines-'));
    try {
      const path = join(directory, 'deep', 'events.jsonl');
      for (const event of events.slice(0, 2)) await jsonLines({ path }).report(event);
      const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
      const parsed = lines.map((line) => JSON.parse(line) as { readonly time: string });
      expect(parsed).toMatchObject(events.slice(0, 2));
      expect(Date.parse(parsed[0]!.time)).toBeGreaterThan(0);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('createTrainingClock', () => {
  it('divides the time by the steps since it was started', () => {
    let time = 100;
    const clock = createTrainingClock(() => time);
    expect(clock.secondsLeft(50, 100)).toBeUndefined();
    time = 110;
    expect(clock.secondsLeft(55, 100)).toBe(90);
  });

  it.each([
    [0.2, '1s'],
    [59, '59s'],
    [185, '3m05s'],
    [7620, '2h07m'],
  ])('writes %s seconds as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});
