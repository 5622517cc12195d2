import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** Where and when figures were measured: figures of different machines do not compare. */
export interface Environment {
  /** ISO 8601, in UTC. */
  readonly date: string;
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGibibytes: number;
  /** The commit of the sources, `-dirty` where files differ from it; absent outside a checkout. */
  readonly commit?: string | undefined;
}

/** Describes this machine. */
export function describeEnvironment(): Environment {
  const git = spawnSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  return {
    date: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    ...(git.status === 0 ? { commit: git.stdout.trim() } : {}),
  };
}
