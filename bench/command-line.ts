import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError } from '@gptloom/core';

/** What the command line asks for. */
export interface CommandLine {
  /** Name of the only benchmark to run, or `undefined` for all. */
  readonly only: string | undefined;
  /** Parts of the titles of the only tables to make; none for all. */
  readonly table: readonly string[];
  /** Parts of the names of the only contestants to measure; none for all. */
  readonly contestant: readonly string[];
  /** Seconds of measuring for each comparison. */
  readonly seconds: number;
  readonly slow: boolean;
  /** A Python interpreter for the peers. */
  readonly python: string | undefined;
  /** A text for the tokenizers. */
  readonly text: string | undefined;
}

/** The text of `--help`. */
export function usage(names: readonly string[]): string {
  return `npm run bench -- [options]

  --only NAME        one benchmark: ${names.join(', ')} (default all)
  --table TEXT       only tables whose title contains TEXT; may be repeated
  --contestant TEXT  only contestants whose name contains TEXT; may be repeated
  --seconds N        seconds of measuring for each table (default 20); at least five rounds are made
  --slow             also what takes minutes or much memory
  --python PATH      a Python with the peers of bench/README.md (default: the variable GPTLOOM_PYTHON)
  --text FILE        a text in UTF-8 for the tokenizers (default: 1 MB of generated stories)
  --help             this text`;
}

/**
 * Reads the options.
 *
 * @returns `'help'` where the user asked for the usage
 * @throws ConfigError with one line that says what is wrong
 */
export function readCommandLine(args: readonly string[], names: readonly string[]): CommandLine | 'help' {
  const values = parse(args);
  if (values.help === true) return 'help';
  const { only, text, slow, table, contestant } = values;
  if (only !== undefined && !names.includes(only)) {
    throw new ConfigError({ who: '--only', rule: `must be one of ${names.join(', ')}`, received: `'${only}'` });
  }
  const seconds = Number(values.seconds);
  if (values.seconds.trim() === '' || !Number.isFinite(seconds) || seconds < 0) {
    throw new ConfigError({
      who: '--seconds',
      rule: 'must be a number of at least 0',
      received: `'${values.seconds}'`,
    });
  }
  const found = text === undefined ? undefined : statSync(text, { throwIfNoEntry: false });
  if (text !== undefined && (found?.isFile() !== true || found.size === 0)) {
    throw new ConfigError({ who: '--text', rule: 'must be a file that is not empty', received: text });
  }
  const python = values.python ?? process.env['GPTLOOM_PYTHON'];
  return { only, table, contestant, seconds, slow, text, python: python === '' ? undefined : python };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        table: { type: 'string', multiple: true, default: [] },
        contestant: { type: 'string', multiple: true, default: [] },
        seconds: { type: 'string', default: '20' },
        slow: { type: 'boolean', default: false },
        python: { type: 'string' },
        text: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    // parseArgs explains itself in one or more sentences; the first says what is wrong.
    const [rule = 'an option is wrong'] = (cause as Error).message.split(/(?<=\.)\s|\n/);
    throw new ConfigError({
      who: 'npm run bench',
      rule: rule.replace(/\.$/, ''),
      suggestion: 'npm run bench -- --help',
      cause,
    });
  }
}
