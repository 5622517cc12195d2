import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldIn, randomInteger, randomKey } from '@gptloom/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, 'run-to-be-killed.ts');
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'gptloom-killed-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** The lines that the run prints until it ends, or until it is killed some time after a number of steps. */
async function runProcess(
  directory: string,
  kill?: { readonly afterSteps: number; readonly milliseconds: number },
): Promise<{ readonly lines: string[]; readonly code: number | null; readonly errors: string }> {
  const child = spawn(process.execPath, ['--conditions=gptloom-source', script, join(home, directory)]);
  let output = '';
  let errors = '';
  let armed = false;
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    const steps = output.split('\n').filter((line) => line.startsWith('step ')).length;
    if (kill === undefined || armed || steps < kill.afterSteps) return;
    armed = true;
    setTimeout(() => child.kill('SIGKILL'), kill.milliseconds);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { lines: output.split('\n').filter((line) => line !== ''), code, errors };
}

describe('a run that is killed', () => {
  it('goes on bit for bit like one that was never stopped', { timeout: 180_000 }, async () => {
    const unbroken = await runProcess('unbroken');
    expect(unbroken.code, unbroken.errors).toBe(0);
    const expected = unbroken.lines.filter((line) => /^(step|evaluation) /.test(line));
    expect(expected.filter((line) => line.startsWith('step ')).length).toBe(60);

    const seen: string[] = [];
    const starts: string[] = [];
    let kills = 0;
    for (;;) {
      const key = foldIn(randomKey(7), kills);
      // Every life gets past a checkpoint, so that the run ends.
      const moment = { afterSteps: 4 + randomInteger(key, 8), milliseconds: randomInteger(foldIn(key, 1), 25) };
      const { lines, code, errors } = await runProcess('killed', kills < 5 ? moment : undefined);
      seen.push(...lines.filter((line) => /^(step|evaluation) /.test(line)));
      starts.push(...lines.filter((line) => line.startsWith('started ')));
      expect(lines.filter((line) => line.startsWith('warning damaged'))).toEqual([]);
      if (code !== null) {
        expect(code, errors).toBe(0);
        expect(lines.at(-1)).toBe('finished steps');
        break;
      }
      kills += 1;
    }
    expect(kills).toBeGreaterThan(1);
    expect(new Set(starts).size).toBeGreaterThan(2);
    // Steps after the last checkpoint come twice, with the same bits; nothing else comes at all.
    expect(new Set(seen)).toEqual(new Set(expected));

    const again = await runProcess('killed');
    expect(again.lines).toEqual(['started 60', 'finished steps']);
  });
});
