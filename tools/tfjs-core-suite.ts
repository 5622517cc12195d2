/**
 * Runs the tests of TensorFlow.js's core that its npm package carries, with their own jasmine harness, on the engine and, to
 * compare, on TensorFlow.js's plain backend. Fails when a test fails on the engine that is not listed here. With
 * `--only TEXT`: tests whose name has that text.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ciModules, ciTool } from './ci-tools.ts';
import type { SpecOutcome } from './tfjs-core-specs.ts';
import { finish, recordCounts, root, runJobs, runQuietly, tail } from './workspace.ts';

/** Tests that may fail on the engine, by name, with the reason. */
const exceptions: Readonly<Record<string, string>> = {};

const { only } = parseArgs({ options: { only: { type: 'string', default: '' } } }).values;
const directory = join(root, '.tmp/tfjs-core-suite');
mkdirSync(directory, { recursive: true });
const program = join(directory, 'specs.cjs');

// TensorFlow.js and its tests from the same sources, so that there is one copy of it. Its package.json says that tests have no
// side effects.
const bundled = runQuietly('node', [
  ciTool('esbuild'),
  join(root, 'tools/tfjs-core-specs.ts'),
  ...['--bundle', '--platform=node', '--format=cjs', '--main-fields=module,main', '--conditions=gptloom-source'],
  ...['--ignore-annotations', '--log-level=error', '--external:jasmine-core', `--outfile=${program}`],
]);
if (!bundled.succeeded) finish('the tests of TensorFlow.js', [tail(bundled.output)]);

const modules = ciModules('jasmine-core');
const backends = ['simd', 'cpu'] as const;
const outcomeFile = (backend: string): string => join(directory, `${backend}.json`);
const finished = await runJobs(
  backends.map((backend) => ({
    name: `tests of @tensorflow/tfjs-core on ${backend}`,
    command: 'node',
    parameters: [program, backend, outcomeFile(backend), only],
    directory: root,
    timeLimitSeconds: 300,
    environment: { NODE_PATH: modules },
  })),
);
const broken = finished.filter(({ succeeded }) => !succeeded);
if (broken.length > 0) {
  finish(
    'the tests of TensorFlow.js',
    broken.map(({ job, output }) => `${job.name} ended early:\n${tail(output)}`),
  );
}

const [simd, cpu] = backends.map(
  (backend) => JSON.parse(readFileSync(outcomeFile(backend), 'utf8')) as SpecOutcome,
) as [SpecOutcome, SpecOutcome];
const describe = ({ passed, pending, failures }: SpecOutcome): string =>
  `${passed} passed, ${failures.length} failed, ${pending} switched off by TensorFlow.js`;
console.log(`simd: ${describe(simd)}`);
console.log(`cpu:  ${describe(cpu)}`);
for (const { name, reason } of cpu.failures) console.log(`fails on TensorFlow.js's own backend: ${name}: ${reason}`);
const unlisted = simd.failures.filter(({ name }) => !(name in exceptions));
const needless = Object.keys(exceptions).filter(
  (name) => only === '' && !simd.failures.some((one) => one.name === name),
);
for (const [name, reason] of Object.entries(exceptions)) console.log(`may fail on simd: ${name}: ${reason}`);
recordCounts('tfjs-core-suite', simd.passed, unlisted.length);
finish(`${simd.passed} tests of @tensorflow/tfjs-core on simd`, [
  ...unlisted.map(({ name, reason }) => `${name}: ${reason}`),
  ...needless.map((name) => `'${name}' is listed as an exception but passes`),
  ...(simd.passed + simd.failures.length === 0 ? ['no test ran'] : []),
]);
