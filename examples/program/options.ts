import { accessSync, constants, mkdirSync, readFileSync, statSync } from 'node:fs';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { ConfigError } from 'gptloom';

type OptionDeclarations = NonNullable<ParseArgsConfig['options']>;
type ParsedValues<Declarations extends OptionDeclarations> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Declarations }>
>['values'];

/** A text and the file it came from. */
export interface TextFile {
  readonly path: string;
  readonly content: string;
}

/**
 * Parses a command line.
 *
 * @param command the command that the user typed, as in `npm start`
 * @throws ConfigError with one line that says what is wrong
 */
export function parseOptions<const Declarations extends OptionDeclarations>(
  command: string,
  args: readonly string[],
  options: Declarations,
): ParsedValues<Declarations> {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    // parseArgs explains itself in one or more sentences; the first says what is wrong, except where a value looks like
    // an option.
    const [first = 'an option is wrong'] = (cause as Error).message.split(/(?<=\.)\s|\n/);
    const ambiguous = /^Option '(--\w+)'.* is ambiguous/.exec(first)?.[1];
    const rule = ambiguous === undefined ? first : `${ambiguous} needs a value, which can not begin with '-'`;
    throw new ConfigError({
      who: command,
      rule: rule.replace(/\.$/, ''),
      suggestion: `${command} -- --help`,
      cause,
    });
  }
}

/** @throws ConfigError where the text is no integer of at least `least` */
export function readInteger(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
  throw new ConfigError({
    who: option,
    rule: `must be an integer from ${least} to ${Number.MAX_SAFE_INTEGER}`,
    received: `'${text}'`,
  });
}

/**
 * Makes the directory before the training that fills it, so that a place that can not be written costs nothing.
 *
 * @throws ConfigError where it can not be written
 */
export function readDirectory(option: string, path: string): string {
  try {
    if (path === '') throw new TypeError('empty path');
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
    return path;
  } catch (cause) {
    const rule = 'must be a directory that can be written';
    throw new ConfigError({ who: option, rule, received: `'${path}'`, cause });
  }
}

/** @throws ConfigError where the file is missing, empty, or no text in UTF-8 */
export function readTextFile(option: string, path: string): TextFile {
  const refuse = (rule: string, suggestion?: string): ConfigError =>
    new ConfigError({ who: option, rule, received: `'${path}'`, suggestion });
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw refuse('the file must exist', 'check the path');
  if (found.isDirectory()) throw refuse('must be a file, not a directory');
  if (!found.isFile()) throw refuse('must be a regular file');
  const bytes = readFileSync(path);
  if (bytes.length === 0) throw refuse('the file must not be empty');
  try {
    // Text holds no zero bytes; UTF-16 and most binary formats do.
    if (bytes.includes(0)) throw new TypeError('zero byte');
    return { path, content: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    throw refuse('the file must be text in UTF-8, and this looks binary', 'convert it to plain text');
  }
}
