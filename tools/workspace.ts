/** What every script of the workspace needs: where things are, which packages there are, how to run a command. */
import { spawn, spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';

/** The workspace's root directory. tsup runs a bundled copy of this file from there, everyone else the one in tools/. */
export const root = existsSync(join(import.meta.dirname, 'packages'))
  ? import.meta.dirname
  : resolve(import.meta.dirname, '..');

/** The fields of a package.json that the tools read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: unknown;
  readonly imports?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** One package of the workspace. */
export interface WorkspacePackage {
  /** Name of its folder under packages/. */
  readonly folder: string;
  /** Absolute path of its folder. */
  readonly directory: string;
  readonly manifest: Manifest;
}

/** All packages of the workspace, by folder name. */
export function allPackages(): WorkspacePackage[] {
  return readdirSync(join(root, 'packages'))
    .filter((folder) => existsSync(join(root, 'packages', folder, 'package.json')))
    .sort()
    .map((folder) => {
      const directory = join(root, 'packages', folder);
      const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
      return { folder, directory, manifest };
    });
}

/** The packages that a release publishes. */
export function publicPackages(): WorkspacePackage[] {
  return allPackages().filter(({ manifest }) => manifest.private !== true);
}

/** What a finished command left. */
export interface Finished {
  readonly succeeded: boolean;
  /** Standard output and standard error, in this order. */
  readonly output: string;
}

/** Runs a command to its end and collects what it prints. */
export function runQuietly(command: string, parameters: readonly string[], options: SpawnSyncOptions = {}): Finished {
  const done = spawnSync(command, parameters, {
    cwd: root,
    maxBuffer: 1 << 28,
    ...options,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timedOut = done.error !== undefined ? `\n${done.error.message}\n` : '';
  return { succeeded: done.status === 0, output: `${done.stdout ?? ''}${done.stderr ?? ''}${timedOut}` };
}

/** Runs a command to its end with its output on the terminal. */
export function runAloud(command: string, parameters: readonly string[], options: SpawnSyncOptions = {}): boolean {
  return (
    spawnSync(command, parameters, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options }).status === 0
  );
}

/** A program to run beside others. */
export interface Job {
  readonly name: string;
  readonly command: string;
  readonly parameters: readonly string[];
  readonly directory: string;
  readonly timeLimitSeconds: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a finished job left. */
export interface FinishedJob extends Finished {
  readonly job: Job;
  readonly seconds: number;
}

function runJob(job: Job): Promise<FinishedJob> {
  return new Promise((done) => {
    const started = performance.now();
    let output = '';
    // A group of its own, so that a job that runs too long takes its children with it.
    const child = spawn(job.command, job.parameters, {
      cwd: job.directory,
      env: { ...process.env, ...job.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const limit = setTimeout(() => {
      output += `\nstopped after ${job.timeLimitSeconds} s\n`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, job.timeLimitSeconds * 1000);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    const end = (succeeded: boolean): void => {
      clearTimeout(limit);
      done({ job, succeeded, output, seconds: (performance.now() - started) / 1000 });
    };
    child.on('error', (error) => {
      output += error.message;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

/** Runs jobs, as many at once as there are processors, and says of each how it ended. */
export async function runJobs(jobs: readonly Job[], atOnce = availableParallelism()): Promise<FinishedJob[]> {
  const finished: FinishedJob[] = [];
  const waiting = [...jobs];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const one = await runJob(job);
      finished.push(one);
      console.log(`${one.succeeded ? '✓' : '✗'} ${job.name} (${one.seconds.toFixed(1)} s)`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return finished;
}

/** The end of a long output, where the reason of a failure usually is. */
export function tail(text: string, lines = 30): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

/** Leaves counts for the last line of `.ci/run`. */
export function recordCounts(check: string, passed: number, failed: number): void {
  mkdirSync(join(root, '.tmp/counts'), { recursive: true });
  writeFileSync(join(root, '.tmp/counts', `${check}.json`), JSON.stringify({ passed, failed }));
}

/** Prints the failures of a check and ends the process: exit code 1 if there are any. */
export function finish(what: string, failures: readonly string[]): never {
  for (const failure of failures) console.error(`✗ ${failure}`);
  console.log(failures.length === 0 ? `✓ ${what}` : `${what}: ${failures.length} problem(s)`);
  process.exit(failures.length === 0 ? 0 : 1);
}
