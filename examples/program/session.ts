import { GptloomError } from 'gptloom';

/** Exit code of a program that was interrupted from the keyboard. */
const interruptedCode = 130;

/** The command line of a program. */
export interface CommandLineReader<Options> {
  /** What `--help` prints. */
  readonly usage: string;
  /** Reads the words after the program's name; `'help'` where the user asked for the usage. */
  readonly read: (args: readonly string[]) => Options | 'help';
}

/** A run of a program that trains: its options, and what happens when it is stopped or goes wrong. */
export interface Session<Options> {
  readonly options: Options;
  /** Aborted by Ctrl-C while training is under way. */
  readonly signal: AbortSignal;
  /**
   * Waits for training, then saves what it made; when Ctrl-C stopped the training, says what was kept and ends the
   * program.
   *
   * @param save saves the model and returns the directory
   */
  train<Result extends { readonly steps: number }>(
    training: PromiseLike<Result>,
    save: () => Promise<string>,
  ): Promise<Result>;
  /** Ends the program with a last line. */
  finish(line: string): never;
}

/** Reads the command line and prepares for Ctrl-C and errors: each ends with one clear line. */
export function startSession<Options>({ usage, read }: CommandLineReader<Options>): Session<Options> {
  const kept: string[] = [];
  process.on('uncaughtException', (error) => {
    // A typed error explains itself, and so does one of the system; anything else is a defect, whose stack helps.
    const explains = GptloomError.isInstance(error) || 'syscall' in error;
    console.error(explains ? `error: ${error.message}` : error);
    if (kept.length > 0) console.error(`kept: ${kept.join(', ')}`);
    process.exit(1);
  });
  // A reader that has seen enough, such as head, closes the pipe.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const options = read(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    process.exit(0);
  }

  const controller = new AbortController();
  let isTraining = false;
  let isSaving = false;
  const leave = (): never => {
    console.log(`\nstopped. Kept: ${kept.length === 0 ? 'nothing yet' : kept.join(', ')}`);
    process.exit(interruptedCode);
  };
  process.on('SIGINT', () => {
    // A save that has begun is not cut in two.
    if (isSaving) return void console.error('\nsaving; one moment');
    if (!isTraining || controller.signal.aborted) leave();
    console.error('\nstopping after this step; Ctrl-C again stops at once');
    controller.abort();
  });
  return {
    options,
    signal: controller.signal,
    async train(training, save) {
      isTraining = true;
      const result = await training;
      // Before the first step there is nothing new, and an earlier run's model may stand there.
      if (result.steps > 0) {
        isSaving = true;
        const directory = await save();
        kept.push(`the model after ${result.steps} steps in ${directory}`);
        isSaving = false;
      }
      isTraining = false;
      if (controller.signal.aborted) leave();
      return result;
    },
    finish(line) {
      console.log(`\n${line}`);
      process.exit(0);
    },
  };
}
