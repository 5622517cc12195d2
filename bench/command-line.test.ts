import { afterEach, describe, expect, it, vi } from 'vitest';
import { readCommandLine, usage } from './command-line.ts';

const names = ['training-step', 'tokenizer'];
const read = (...args: string[]): ReturnType<typeof readCommandLine> => readCommandLine(args, names);

afterEach(() => vi.unstubAllEnvs());

describe('readCommandLine', () => {
  it('has defaults, and takes Python from the environment', () => {
    vi.stubEnv('GPTLOOM_PYTHON', '');
    const lists = { table: [], contestant: [] };
    expect(read()).toEqual({ only: undefined, ...lists, seconds: 20, slow: false, text: undefined, python: undefined });
    expect(read('--table', 'A:', '--table', 'B:')).toMatchObject({ table: ['A:', 'B:'] });
    vi.stubEnv('GPTLOOM_PYTHON', '/usr/bin/python3');
    expect(read('--seconds', '0.5', '--slow')).toMatchObject({ seconds: 0.5, slow: true, python: '/usr/bin/python3' });
    expect(read('--python', 'python')).toMatchObject({ python: 'python' });
  });

  it('knows --help, which names every benchmark', () => {
    expect(read('--help')).toBe('help');
    expect(usage(names)).toContain('training-step, tokenizer');
  });

  it.each([
    [['--only', 'nothing'], /--only: must be one of training-step, tokenizer; received 'nothing'/],
    [['--seconds', 'x'], /--seconds: must be a number of at least 0; received 'x'/],
    [['--seconds', ' '], /--seconds/],
    [['--text', 'no-such-file'], /--text: must be a file that is not empty; received no-such-file/],
    [['--text', '.'], /--text: must be a file/],
    [['--fast'], /Unknown option '--fast'/],
  ])('refuses %j in one line', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});
