import { parseOptions, readDirectory, readInteger, readTextFile, type TextFile } from '../program/options.ts';

/** What the command line asks of the Shakespeare run. */
export interface CommandLine {
  /** The text to learn, or `undefined` for stories that the example makes up. */
  readonly data: TextFile | undefined;
  /** Backend name or class of devices. */
  readonly backend: string;
  /** Updates in all. */
  readonly steps: number;
  readonly seed: number;
  /** Directory of the run: checkpoints, losses and the model. */
  readonly save: string;
  /** A few steps on little text, to see that it runs. */
  readonly smoke: boolean;
}

export const usage = `npm run shakespeare -- [options]

  --data FILE      the text to learn (UTF-8), such as tinyshakespeare's input.txt (default: made-up stories)
  --backend NAME   auto, gpu, cpu, or one of webgpu, node-gpu, simd, node, wasm, tfjs-cpu (default auto)
  --steps N        updates in all (default 2000)
  --seed N         seed of all randomness (default 1337)
  --save DIR       directory of the run; the same command goes on where it was stopped (default runs/shakespeare)
  --smoke          a few steps on little text, to see that it runs
  --help           this text`;

/**
 * Reads the options.
 *
 * @returns `'help'` where the user asked for the usage
 * @throws ConfigError with one line that says what is wrong
 */
export function readCommandLine(args: readonly string[]): CommandLine | 'help' {
  const values = parseOptions('npm run shakespeare', args, {
    data: { type: 'string' },
    backend: { type: 'string', default: 'auto' },
    steps: { type: 'string' },
    seed: { type: 'string', default: '1337' },
    save: { type: 'string', default: 'runs/shakespeare' },
    smoke: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help === true) return 'help';
  const { data, backend, steps = values.smoke ? '16' : '2000', seed, save, smoke } = values;
  return {
    data: data === undefined ? undefined : readTextFile('--data', data),
    backend,
    steps: readInteger('--steps', steps, 1),
    seed: readInteger('--seed', seed, 0),
    save: readDirectory('--save', save),
    smoke,
  };
}
