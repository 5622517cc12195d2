/** Runs every examples/NN-name.ts with `--smoke`, which makes it small, in an empty directory. */
import { globSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { finish, recordCounts, root, runJobs, tail } from './workspace.ts';

const workDirectory = join(root, '.tmp/examples');
rmSync(workDirectory, { recursive: true, force: true });
const examples = globSync('examples/[0-9][0-9]-*.ts', { cwd: root }).sort();
const jobs = examples.map((file) => {
  const directory = join(workDirectory, file);
  mkdirSync(directory, { recursive: true });
  return {
    name: file,
    command: 'node',
    parameters: ['--conditions=gptloom-source', join(root, file), '--smoke'],
    directory,
    timeLimitSeconds: 300,
  };
});
const finished = await runJobs(jobs);
const failed = finished.filter(({ succeeded }) => !succeeded);
recordCounts('examples', finished.length - failed.length, failed.length);
finish(`${finished.length} examples`, [
  ...failed.map(({ job, output }) => `${job.name} --smoke fails:\n${tail(output, 40)}`),
  ...(finished.length === 0 ? ['there is no example'] : []),
]);
