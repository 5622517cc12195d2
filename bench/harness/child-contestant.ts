import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ContestantPlan } from './benchmark.ts';
import type { ContestantMessage } from './contestant.ts';

const bench = fileURLToPath(new URL('..', import.meta.url));

type Ready = Extract<ContestantMessage, { readonly type: 'ready' }>;

/** A process that is warm, and what it said. */
export interface StartedContestant {
  readonly contestant: ChildContestant;
  readonly ready: Ready;
}

/** A contestant's process, seen from outside. Each has a process of its own, so none slows or warms another. */
export class ChildContestant {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly messages: AsyncIterator<string>;
  private complaints = '';

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    this.messages = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.on('data', (data: Buffer) => (this.complaints = (this.complaints + data.toString()).slice(-2000)));
    // A process that is gone is noticed by the end of its messages.
    child.stdin.on('error', () => undefined);
  }

  /**
   * Starts the process and waits until it is warm.
   *
   * @param python the interpreter, where one was given
   * @param threads how many it may use. Default: what it chooses
   * @throws Error with the reason why it can not be measured
   */
  static async start(
    { program, environment = {} }: ContestantPlan,
    python: string | undefined,
    threads?: number,
  ): Promise<StartedContestant> {
    const [command, first] =
      'python' in program
        ? [python, [join(bench, 'peers', program.python)]]
        : [process.execPath, ['--conditions=gptloom-source', join(bench, 'contestant-process.ts'), program.contestant]];
    if (command === undefined)
      throw new Error('needs Python: --python PATH or the environment variable GPTLOOM_PYTHON');
    const child = spawn(command, [...first, ...program.parameters], {
      env: { ...commonEnvironment(), ...(threads === undefined ? {} : threadVariables(threads)), ...environment },
    });
    const failed = new Promise<never>((_resolve, reject) => child.once('error', reject));
    const contestant = new ChildContestant(child);
    try {
      return { contestant, ready: await Promise.race([contestant.receive('ready'), failed]) };
    } catch (error) {
      contestant.stop();
      throw error;
    }
  }

  /** Milliseconds of one repetition of the work. */
  async sample(): Promise<number> {
    this.child.stdin.write('sample\n');
    return (await this.receive('sample')).milliseconds;
  }

  /** Ends the process, and gives the most memory that it held, in MiB. */
  async finish(): Promise<number> {
    this.child.stdin.end('finish\n');
    return (await this.receive('finished')).peakMebibytes;
  }

  /** Ends the process at once. Nothing happens where it has ended. */
  stop(): void {
    this.child.kill();
  }

  private async receive<Type extends ContestantMessage['type']>(
    type: Type,
  ): Promise<Extract<ContestantMessage, { readonly type: Type }>> {
    for (;;) {
      const line = await this.messages.next();
      if (line.done === true) throw new Error(`its process ended: ${this.complaints.trim().split('\n').at(-1) ?? ''}`);
      // Native libraries may print to standard output too.
      if (!line.value.startsWith('{"type":')) continue;
      const message = JSON.parse(line.value) as ContestantMessage;
      if (message.type === 'unavailable') throw new Error(message.reason);
      if (message.type === type) return message as Extract<ContestantMessage, { readonly type: Type }>;
    }
  }
}

// Where `tools/install-tfjs-node.sh` has put native TensorFlow, it is found.
function commonEnvironment(): NodeJS.ProcessEnv {
  const installed = join(bench, '..', '.cache', 'tfjs-node');
  const listed = process.env['GPTLOOM_PACKAGES'] ?? '';
  const places = [listed, existsSync(join(installed, 'installed')) ? installed : ''].filter((place) => place !== '');
  return {
    ...process.env,
    GPTLOOM_PACKAGES: places.join(delimiter),
    TF_CPP_MIN_LOG_LEVEL: '2',
    // No __pycache__ in the checkout.
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

// PyTorch reads the first one, native TensorFlow the next two, gptloom the last. JAX reads none: its program limits itself.
function threadVariables(threads: number): Record<string, string> {
  const names = ['OMP_NUM_THREADS', 'TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'GPTLOOM_THREADS'];
  return Object.fromEntries(names.map((name) => [name, String(threads)]));
}
