import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareTestBackends } from './available-backends.ts';

const source = (name: string): string => `
  import { prepareTestBackends } from './test/available-backends.ts';
  import { selectBackend } from '@gptloom/backend';
  import * as tf from '@tensorflow/tfjs';
  prepareTestBackends();
  await selectBackend(${JSON.stringify(name)});
  const total = tf.sum(tf.square(tf.ones([32, 32])));
  const [value] = await total.data();
  if (value !== 1024) throw new Error('wrong');
`;

// A process of its own, because the banner, native logs and crashes at exit belong to processes.
function runAlone(name: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=gptloom-source', '--input-type=module', '--eval', source(name)],
    {
      cwd: join(import.meta.dirname, '..'),
      encoding: 'utf8',
      // The TensorFlow 2.21 of tools/install-tfjs-node.sh speaks of oneDNN before it reads TF_CPP_MIN_LOG_LEVEL; the 2.9
      // that npm users get does not.
      env: { ...process.env, TF_ENABLE_ONEDNN_OPTS: '0', GPTLOOM_BACKEND: '' },
    },
  );
  return { status, output: stdout + stderr };
}

describe('a process that selects a backend prints nothing and ends by itself', () => {
  for (const { name, missing } of prepareTestBackends()) {
    it.skipIf(missing !== undefined)(missing === undefined ? name : `${name} (needs ${missing})`, () => {
      expect(runAlone(name)).toEqual({ status: 0, output: '' });
    });
  }
  it('auto', () => {
    expect(runAlone('auto')).toEqual({ status: 0, output: '' });
  });
});
