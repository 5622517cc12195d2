import { parseOptions, readDirectory, readInteger, readTextFile, type TextFile } from '../program/options.ts';

/** What the command line asks of the quickstart. */
export interface CommandLine {
  /** The user's own text and the file it came from, or `undefined` for the story world. */
  readonly text: TextFile | undefined;
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
  const values = parseOptions('npm start', args, {
    text: { type: 'string' },
    backend: { type: 'string', default: 'auto' },
    steps: { type: 'string' },
    seed: { type: 'string', default: '1337' },
    save: { type: 'string', default: 'runs/quickstart' },
    smoke: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help === true) return 'help';
  return {
    text: values.text === undefined ? undefined : readTextFile('--text', values.text),
    backend: values.backend,
    steps: values.steps === undefined ? undefined : readInteger('--steps', values.steps, 1),
    seed: readInteger('--seed', values.seed, 0),
    save: readDirectory('--save', values.save),
    smoke: values.smoke,
  };
}
