import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { check, checkOptions, ConfigError } from '@gptloom/core';
import type { Reporter } from './reporter.ts';

/** Where events are logged. */
export interface JsonLinesOptions {
  /** A file; it and its directory are made where they are missing, and lines are added at its end. */
  readonly path: string;
}

/**
 * Every event as a line of JSON with the time in `time` (ISO 8601), added to a file. After a resume the steps since the
 * last checkpoint come again, after a line of type `started` that says where the run goes on.
 *
 * ```ts
 * import { jsonLines } from '@gptloom/trainer/node';
 * const reporters = [jsonLines({ path: 'runs/shakespeare/events.jsonl' })]; // an option of Trainer
 * ```
 *
 * @throws ConfigError for a path that is no text; its `report` throws one where the file can not be written
 */
export function jsonLines(options: JsonLinesOptions): Reporter {
  checkOptions('jsonLines', options, { path: check.nonEmptyString });
  let made: Promise<unknown> | undefined;
  return {
    async report(event) {
      try {
        await (made ??= mkdir(dirname(options.path), { recursive: true }));
        await appendFile(options.path, `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
      } catch (cause) {
        throw new ConfigError({
          who: 'jsonLines',
          rule: 'path must be a file that can be written',
          received: `${options.path} (${cause instanceof Error ? cause.message : String(cause)})`,
          cause,
        });
      }
    },
  };
}
