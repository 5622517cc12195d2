import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExampleProcess } from '../program/example-process.ts';
import { drawLossCurve, readLosses } from './loss-curve.ts';

let example: ExampleProcess;

/** Sends a signal when the training has made so many steps, and waits for the end. */
async function stopAt(step: number, signal: NodeJS.Signals, ...parameters: string[]): Promise<number | null> {
  const child = example.start(...parameters);
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  let errors = '';
  let stopped = false;
  child.stdout.resume();
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
    const [, reached] = [...errors.matchAll(/step (\d+)\/\d+ /g)].at(-1) ?? [];
    // Once: a second Ctrl-C would stop it at once.
    if (!stopped && Number(reached) >= step) stopped = child.kill(signal);
  });
  return ended;
}

const evaluationsOf = (out: string): string[] => out.match(/^step \d+: train loss .*$/gm) ?? [];

beforeAll(() => {
  example = new ExampleProcess('02-shakespeare.ts');
});
afterAll(() => example.remove());

describe('wrong input gives one clear line and exit code 1', () => {
  const cases: [string, () => string[], RegExp][] = [
    ['a missing file', () => ['--data', 'nowhere.txt'], /--data: the file must exist; received 'nowhere.txt'/],
    ['an empty file', () => ['--data', example.write('empty.txt', '')], /--data: the file must not be empty/],
    ['a binary file', () => ['--data', example.write('a.png', Uint8Array.of(137, 80, 78, 71, 0, 255))], /looks binary/],
    ['a directory', () => ['--data', '.'], /must be a file, not a directory/],
    ['a text shorter than one sequence', () => ['--data', example.write('short.txt', 'Too short.')], /sequence/],
    ['an unknown option', () => ['--text', 'a'], /Unknown option '--text'.*npm run shakespeare -- --help/],
    ['no steps', () => ['--steps', '0'], /--steps: must be an integer from 1/],
  ];

  test.each(cases)('%s', (_name, parameters, expected) => example.expectRefusal(parameters(), expected));
});

test('--help lists the options', () => {
  const { code, out } = example.run('--help');
  expect(code).toBe(0);
  for (const option of ['--data', '--backend', '--steps', '--seed', '--save', '--smoke']) expect(out).toContain(option);
});

test("a user's own text is learned, the losses are drawn, text is written, and the model is saved", () => {
  const data = example.write('own.txt', 'The sea is wide and the ship is small.\n'.repeat(60));
  const { code, out } = example.run('--data', data, '--smoke', '--save', 'own');
  expect(out).toContain(`2340 characters, 16 different ones: ${data}`);
  expect(evaluationsOf(out)).toHaveLength(9);
  expect(out).toContain('┤');
  expect(JSON.parse(readFileSync(join(example.directory, 'own/model/config.json'), 'utf8'))).toMatchObject({
    n_layer: 4,
  });
  expect(code).toBe(0);
});

test(
  'a run that was killed goes on to the same losses, and Ctrl-C keeps what was learned',
  { timeout: 120_000 },
  async () => {
    const small = ['--smoke', '--steps', '80'];
    const whole = evaluationsOf(example.run(...small, '--save', 'whole').out);
    expect(whole).toHaveLength(9);
    await stopAt(50, 'SIGKILL', ...small, '--save', 'stopped');
    expect(await stopAt(60, 'SIGINT', ...small, '--save', 'stopped')).toBe(130);
    const { out, errors } = example.run(...small, '--save', 'stopped');
    expect(errors[0]).toMatch(/^resumed at step [67]\d of 80/);
    const rest = evaluationsOf(out);
    expect(rest.length).toBeGreaterThan(0);
    expect(rest).toEqual(whole.slice(-rest.length));
    const { train, validation } = await readLosses(join(example.directory, 'stopped/events.jsonl'));
    expect([...train.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
    expect(validation.size).toBe(9);
  },
);

describe('drawLossCurve', () => {
  const rows = (losses: number[], validation = new Map<number, number>()): string[] =>
    drawLossCurve(
      { train: new Map(losses.map((loss, i) => [i + 1, loss])), validation },
      { width: 8, height: 2 },
    ).split('\n');

  test('has the range of the means of its columns', () => {
    const [caption, top, , bottom] = rows(Array.from({ length: 16 }, (_, i) => 4 - i / 8));
    expect(caption).toBe('training loss in nats a token, steps 1 to 16');
    expect(top).toMatch(/^ *3\.94 /);
    expect(bottom).toMatch(/^ *2\.19 /);
  });

  test('takes a run of more steps than a call can have arguments', () => {
    const [caption] = rows(Array.from({ length: 300_000 }, () => 1));
    expect(caption).toBe('training loss in nats a token, steps 1 to 300000');
  });

  test('ends with the validation losses in order', () => {
    const validation = new Map([
      [2, 1.5],
      [0, 3.25],
    ]);
    expect(rows([3, 2], validation).at(-1)).toBe('validation: 3.25, 1.50');
  });

  test('takes one step, or none', () => {
    expect(rows([2.5])[0]).toBe('2.50 in the only step');
    expect(rows([])).toEqual(['no step was made']);
  });
});
