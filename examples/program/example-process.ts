import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** Runs an example as its user does, for tests: in a directory of its own, which `remove` removes. */
export class ExampleProcess {
  /** Where the example runs. */
  readonly directory: string;
  private readonly script: string;

  /** @param name of a file in `examples` */
  constructor(name: string) {
    this.script = fileURLToPath(new URL(`../${name}`, import.meta.url));
    this.directory = mkdtempSync(join(tmpdir(), 'gptloom-example-'));
  }

  /** Writes a file into the directory and gives its path. */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.directory, name);
    writeFileSync(path, content);
    return path;
  }

  /** Runs it to its end. */
  run(...parameters: string[]): { code: number | null; out: string; errors: string[] } {
    const { status, stdout, stderr } = spawnSync(process.execPath, this.command(parameters), {
      cwd: this.directory,
      encoding: 'utf8',
    });
    return { code: status, out: stdout, errors: stderr.split('\n').filter((line) => line !== '') };
  }

  /** Starts it. */
  start(...parameters: string[]): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, this.command(parameters), { cwd: this.directory });
  }

  /** Expects it to refuse its parameters with one line of that kind and exit code 1. */
  expectRefusal(parameters: readonly string[], line: RegExp): void {
    const { code, errors } = this.run(...parameters);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(line);
    expect(errors[0]).toMatch(/^error: /);
    expect(code).toBe(1);
  }

  /** Removes the directory. */
  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  private command(parameters: readonly string[]): string[] {
    return ['--conditions=gptloom-source', this.script, ...parameters];
  }
}
