import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '@gptloom/core';
import type { TrainingEvent } from '../src/index.ts';
import { jsonLines, progressBar } from '../src/node.ts';
import { createTokenRate } from '../src/reporter/token-rate.ts';
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
  { type: 'finished', reason: 'aborted', step: 3, alreadyFinished: false, kept: 'the model has the weights of step 3' },
];

const escapes = new RegExp('\u001b[^a-zA-Z78]*[a-zA-Z78]', 'g');
/** Line wrap off, cursor off. */
const offs = new RegExp('\u001b\\[\\?(7|25)l');
/** A terminal, of which Node's cursor functions write to the stream. */
const terminal = (columns: number): PassThrough => Object.assign(new PassThrough(), { isTTY: true, columns });

async function shown(stream: PassThrough, options: { readonly everySeconds?: number } = {}): Promise<string> {
  const reporter = progressBar({ stream, ...options });
  for (const event of events) await reporter.report(event);
  await reporter.close?.();
  stream.end();
  return String(stream.read() ?? '');
}

describe('progressBar', () => {
  it('writes plain lines where the output is no terminal', async () => {
    const lines = (await shown(new PassThrough(), { everySeconds: 1000 })).replaceAll(/\d+s left/g, 'left');
    expect(lines.trimEnd().split('\n')).toEqual([
      'step 1/4  loss 2.5000  left  learning rate 1.00e-3  1000 tokens/s',
      'step 2/4  loss 2.5000  left  validation 2.7500  learning rate 1.00e-3  1000 tokens/s',
      'warning: the gap grows',
      'finished: stopped; the model has the weights of step 3',
    ]);
    expect(lines).not.toContain('\u001b');
  });

  it.each([
    [120, '=============== 3/4  loss 2.5000  0s left  validation 2.7500  learning rate 1.00e-3  1000 tokens/s'],
    [70, '3/4  loss 2.5000  0s left  validation 2.7500  learning rate 1.00e-3'],
    [60, '=========== 3/4  loss 2.5000  0s left  validation 2.7500'],
    [30, '3/4  loss 2.5000  0s left'],
  ])(
    'draws what fits into a terminal of %s columns, and never turns line wrap or cursor off',
    async (columns, line) => {
      const text = await shown(terminal(columns));
      // The part of the bar that is still to come is left out here: it depends on the width.
      const drawn = text.replaceAll(/\d+s left/g, '0s left').replaceAll(/(?<==)-+/g, '');
      expect(drawn).toContain(`${line}\u001b`);
      const plain = text.replaceAll(escapes, '\r').split(/[\r\n]+/);
      for (const part of plain) if (/^[-=]|^\d/.test(part)) expect(part.length).toBeLessThan(columns);
      expect(text).toContain('finished: stopped');
      expect(text).not.toMatch(offs);
    },
  );

  it('averages the tokens per second over the steps that a line speaks for', async () => {
    const stream = new PassThrough();
    const reporter = progressBar({ stream, everySeconds: 0.05 });
    const steps = [
      { ...step(1), tokens: 100, tokensPerSecond: 100 },
      { ...step(2), tokens: 100, tokensPerSecond: 2000 },
      { ...step(3), tokens: 100, tokensPerSecond: 1000 },
    ] as const;
    for (const event of steps) {
      // The third step is due; the second waits for its line.
      if (event.step === 3) await new Promise((resolve) => setTimeout(resolve, 60));
      await reporter.report(event);
    }
    stream.end();
    const lines = String(stream.read()).trimEnd().split('\n');
    // 200 tokens in 0.05 + 0.1 seconds.
    expect(lines.map((line) => /(\d+) tokens/.exec(line)?.[1])).toEqual(['100', '1333']);
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

describe('jsonLines where nothing can be written', () => {
  it('says so in a line', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gptloom-lines-'));
    try {
      await jsonLines({ path: join(directory, 'file') }).report(step(1));
      for (const path of [directory, join(directory, 'file', 'events.jsonl')]) {
        const failure: unknown = await Promise.resolve(jsonLines({ path }).report(step(1))).catch(
          (error: unknown) => error,
        );
        expect(ConfigError.isInstance(failure)).toBe(true);
        expect((failure as Error).message).toMatch(
          /^jsonLines: path must be a file that can be written; received .*E[A-Z]+/,
        );
        expect((failure as Error).message).not.toContain('\n');
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('createTokenRate', () => {
  it('is a mean whose older steps fade, and starts anew after a restart', () => {
    const rate = createTokenRate(1);
    expect(rate.perSecond()).toBe(0);
    rate.add({ tokens: 100, tokensPerSecond: 50 });
    rate.add({ tokens: 10, tokensPerSecond: 10 });
    // 100 tokens in 2 seconds count half: (50 + 10) / (1 + 1).
    expect(rate.perSecond()).toBe(30);
    rate.restart();
    expect(rate.perSecond()).toBe(30);
    rate.add({ tokens: 10, tokensPerSecond: 10 });
    expect(rate.perSecond()).toBe(10);
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
