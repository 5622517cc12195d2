import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExampleProcess } from '../program/example-process.ts';

let example: ExampleProcess;

beforeAll(() => {
  example = new ExampleProcess('01-quickstart.ts');
});
afterAll(() => example.remove());

describe('wrong input gives one clear line and exit code 1', () => {
  const cases: [string, () => string[], RegExp][] = [
    ['a missing file', () => ['--text', 'nowhere.txt'], /the file must exist; received 'nowhere.txt'/],
    ['a directory', () => ['--text', '.'], /must be a file, not a directory/],
    ['an empty file', () => ['--text', example.write('empty.txt', '')], /must not be empty/],
    ['a binary file', () => ['--text', example.write('a.png', Uint8Array.of(137, 80, 78, 71, 0, 255))], /looks binary/],
    ['invalid UTF-8', () => ['--text', example.write('latin.txt', Uint8Array.of(102, 252, 114))], /looks binary/],
    ['an unknown option', () => ['--txt', 'a'], /Unknown option '--txt'/],
    ['an option without its value', () => ['--text'], /'--text <value>' argument missing/],
    ['an option whose value is an option', () => ['--text', '--smoke'], /--text needs a value/],
    ['a stray word', () => ['now'], /Unexpected argument 'now'/],
    ['a negative number of steps', () => ['--steps=-5'], /--steps: must be an integer from 1 to \d+; received '-5'/],
    ['a negative number after a space', () => ['--steps', '-5'], /--steps needs a value, which can not begin with '-'/],
    [
      'a seed too large',
      () => ['--seed', '99999999999999999999'],
      /--seed: must be an integer from 0 to 9007199254740991/,
    ],
    ['no directory to save in', () => ['--save', ''], /--save: must be a directory that can be written/],
    [
      'a file to save in',
      () => ['--save', example.write('file', 'x')],
      /--save: must be a directory that can be written/,
    ],
    ['a device', () => ['--text', '/dev/null'], /must be a regular file/],
    ['steps that are no number', () => ['--steps', 'many'], /--steps: must be an integer/],
    ['an unknown backend', () => ['--backend', 'abacus'], /abacus/],
    ['a text shorter than one sequence', () => ['--text', example.write('short.txt', 'Too short.')], /sequence/],
  ];

  test.each(cases)('%s', (_name, parameters, expected) => example.expectRefusal(parameters(), expected));
});

test('--help lists the options', () => {
  const { code, out } = example.run('--help');
  expect(code).toBe(0);
  for (const option of ['--text', '--backend', '--steps', '--seed', '--save', '--smoke']) expect(out).toContain(option);
});

test("a user's own text is pretrained on, written from, saved and loaded", () => {
  const path = example.write('own.txt', 'The sea is wide and the ship is small. '.repeat(200));
  const { code, out, errors } = example.run('--text', path, '--smoke', '--save', 'saved');
  expect(errors.filter((line) => line.startsWith('error'))).toEqual([]);
  expect(out).toMatch(/both continue "The sea is/);
  expect(code).toBe(0);
});

test('one step of everything is enough, and text is never cut within a character', () => {
  const path = example.write('astral.txt', `${'x'.repeat(19)}${'🦊 sees the hen. '.repeat(300)}`);
  const { code, out } = example.run('--text', path, '--smoke', '--steps', '1', '--save', 'one step');
  expect(out).not.toContain('\uFFFD"');
  expect(out).toContain('both continue "xxxxxxxxxxxxxxxxxxx"');
  expect(code).toBe(0);
});

test('a reader that closes the pipe ends the program quietly', async () => {
  const child = example.start('--smoke', '--save', 'piped');
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.on('exit', resolve));
  expect(errors).not.toMatch(/EPIPE|at /);
  expect(code).toBe(0);
});

test('Ctrl-C stops at a step and says what was kept', async () => {
  const child = example.start('--save', 'stopped');
  let out = '';
  let errors = '';
  let interrupted = false;
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
    if (!interrupted && /step \d+\/\d+/.test(errors)) interrupted = child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  expect(code).toBe(130);
  expect(out).toMatch(/stopped\. Kept: the model after \d+ steps in stopped\/pretrained/);
});
