import { describe, expect, it, vi } from 'vitest';
import * as core from './index.ts';

const kinds = [
  ['ConfigError', 'GPTLOOM_CONFIG'],
  ['ShapeError', 'GPTLOOM_SHAPE'],
  ['TokenizerError', 'GPTLOOM_TOKENIZER'],
  ['FormatError', 'GPTLOOM_FORMAT'],
  ['CheckpointError', 'GPTLOOM_CHECKPOINT'],
  ['BackendError', 'GPTLOOM_BACKEND'],
  ['DisposedError', 'GPTLOOM_DISPOSED'],
  ['TrainingError', 'GPTLOOM_TRAINING'],
] as const;

describe.each(kinds)('%s', (name, code) => {
  const details = { who: 'f', rule: 'x must be y', received: 'z', suggestion: 'w' };

  it('says who, rule, value and what to try, and carries them as fields', () => {
    const cause = new Error('first');
    const error = new core[name]({ ...details, cause });
    expect(error.message).toBe('f: x must be y; received z; try: w');
    expect(error).toMatchObject({ ...details, code, name, cause });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe(`${name}: f: x must be y; received z; try: w`);
    const short = new core[name]({ who: 'f', rule: 'x' });
    expect([short.message, short.received, 'cause' in short]).toEqual(['f: x', undefined, false]);
  });

  it('is one line, whatever is quoted in it', () => {
    const error = new core[name]({
      who: 'f\n',
      rule: 'x  must\r\n  be y',
      received: 'a\n\n\tb',
      suggestion: 'c\u2028d',
    });
    expect(error.message).toBe('f : x  must be y; received a b; try: c d');
    expect(error).toMatchObject({ rule: 'x  must be y', received: 'a b', suggestion: 'c d' });
  });

  it('is recognised by its own kind, from any copy of the package', async () => {
    vi.resetModules();
    const copy = await import('./index.ts');
    const error = new copy[name](details);
    expect(error).not.toBeInstanceOf(core[name]);
    expect(core[name].isInstance(error)).toBe(true);
    expect(core.GptloomError.isInstance(error)).toBe(true);
    for (const [other] of kinds) expect(core[other].isInstance(error)).toBe(other === name);
  });

  it('does not take other values for errors', () => {
    for (const value of [undefined, null, 'x', {}, new Error(code), { code }]) {
      expect(core[name].isInstance(value)).toBe(false);
      expect(core.GptloomError.isInstance(value)).toBe(false);
    }
  });
});
