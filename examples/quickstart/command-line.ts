import { accessSync, constants, mkdirSync, readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError } from 'gptloom';

/** What the command line asks of the quickstart. */
export interface CommandLine {
  /** The user's own text and the file it came from, or `undefined` for the story world. */
  readonly text: { readonly path: string; readonly content: string } | undefined;
  /** Backend name or class of devices. */
  readonly backend: string;
  /** Steps of pretraining. Default: as in `sizes.ts`. */
  readonly steps: number | undefined;
  readonly seed: number;
  /** Directory for the saved model. */
  readonly save: string;
  /** A few steps of everything, to see that it runs. */
  readonly smoke: boolean;
}

export const usage = `npm start -- [options]

  --text FILE      pretrain on your own text (UTF-8) instead of the story world
  --backend NAME   auto, gpu, cpu, or one of webgpu, node-gpu, simd, node, wasm, tfjs-cpu (default auto)
  --steps N        steps of pretraining (default: sized for three minutes on two cores)
  --seed N         seed of all randomness (default 1337)
  --save DIR       where the model is saved (default runs/quickstart)
  --smoke          a few steps of everything, to see that it runs
  --help           this text`;

/**
 * Reads the options.
 *
 * @returns `'help'` where the user asked for the usage
 * @throws ConfigError with one line that says what is wrong
 */
export function readCommandLine(args: readonly string[]): CommandLine | 'help' {
  const values = parse(args);
  if (values.help === true) return 'help';
  return {
    text: values.text === undefined ? undefined : { path: values.text, content: readTextFile(values.text) },
    backend: values.backend,
    steps: values.steps === undefined ? undefined : readInteger('--steps', values.steps, 1),
    seed: readInteger('--seed', values.seed, 0),
    save: readDirectory(values.save),
    smoke: values.smoke,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        text: { type: 'string' },
        backend: { type: 'string', default: 'auto' },
        steps: { type: 'string' },
        seed: { type: 'string', default: '1337' },
        save: { type: 'string', default: 'runs/quickstart' },
        smoke: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    // parseArgs explains itself in one or more sentences; the first says what is wrong, except where a value looks like
    // an option.
    const [first = 'an option is wrong'] = (cause as Error).message.split(/(?<=\.)\s|\n/);
    const ambiguous = /^Option '(--\w+)'.* is ambiguous/.exec(first)?.[1];
    const rule = ambiguous === undefined ? first : `${ambiguous} needs a value, which can not begin with '-'`;
    throw new ConfigError({
      who: 'npm start',
      rule: rule.replace(/\.$/, ''),
      suggestion: 'npm start -- --help',
      cause,
    });
  }
}

function readInteger(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
  throw new ConfigError({
    who: option,
    rule: `must be an integer from ${least} to ${Number.MAX_SAFE_INTEGER}`,
    received: `'${text}'`,
  });
}

// Made before the training that fills it, so that a place that can not be written costs nothing.
function readDirectory(path: string): string {
  try {
    if (path === '') throw new TypeError('empty path');
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
    return path;
  } catch (cause) {
    const rule = 'must be a directory that can be written';
    throw new ConfigError({ who: '--save', rule, received: `'${path}'`, cause });
  }
}

function readTextFile(path: string): string {
  const refuse = (rule: string, suggestion?: string): ConfigError =>
    new ConfigError({ who: '--text', rule, received: `'${path}'`, suggestion });
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw refuse('the file must exist', 'check the path');
  if (found.isDirectory()) throw refuse('must be a file, not a directory');
  if (!found.isFile()) throw refuse('must be a regular file');
  const bytes = readFileSync(path);
  if (bytes.length === 0) throw refuse('the file must not be empty');
  try {
    // Text holds no zero bytes; UTF-16 and most binary formats do.
    if (bytes.includes(0)) throw new TypeError('zero byte');
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('the file must be text in UTF-8, and this looks binary', 'convert it to plain text');
  }
}
