/** `npm run bench`: runs the benchmarks, prints a table for each comparison, and writes everything to bench/results. */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ConfigError, GptloomError } from '@gptloom/core';
import { readCommandLine, usage, type CommandLine } from './command-line.ts';
import { encoding } from './encoding.ts';
import { generation } from './generation.ts';
import type { Benchmark } from './harness/benchmark.ts';
import { compare } from './harness/compare.ts';
import { describeEnvironment, type Environment } from './harness/environment.ts';
import { Probe } from './harness/probe.ts';
import { formatResults, summarizeResults } from './harness/result-table.ts';
import { matmul } from './matmul.ts';
import { tokenizer } from './tokenizer.ts';
import { trainingStep } from './training-step.ts';

const benchmarks: readonly Benchmark[] = [matmul, trainingStep, tokenizer, encoding, generation];

try {
  const names = benchmarks.map(({ name }) => name);
  const commandLine = readCommandLine(process.argv.slice(2), names);
  if (commandLine === 'help') console.log(usage(names));
  else await runAll(commandLine);
} catch (error) {
  if (!GptloomError.isInstance(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function runAll(commandLine: CommandLine): Promise<void> {
  const environment = describeEnvironment();
  const { node, platform, processor, cores, date } = environment;
  console.log(`Node ${node}, ${platform}, ${processor}, ${cores} cores, ${date}`);
  const scratch = mkdtempSync(join(tmpdir(), 'gptloom-bench-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  process.once('SIGINT', () => process.exit(130));
  const probe = await Probe.start();
  const results: { readonly name: string; readonly comparisons: readonly object[] }[] = [];
  try {
    for (const benchmark of benchmarks) {
      if (commandLine.only !== undefined && benchmark.name !== commandLine.only) continue;
      console.log(`\n# ${benchmark.name}: ${benchmark.description}`);
      results.push({ name: benchmark.name, comparisons: await runOne(benchmark, commandLine, probe, scratch) });
    }
  } finally {
    await probe.stop();
  }
  if (results.every(({ comparisons }) => comparisons.length === 0)) {
    throw new ConfigError({
      who: 'npm run bench',
      rule: '--table and --contestant must be parts of a title and of names in the tables (bench/README.md shows them)',
      received: [...commandLine.table, ...commandLine.contestant].map((part) => `'${part}'`).join(', '),
      suggestion: 'the same without them, which prints all',
    });
  }
  console.log(`\nwritten to ${await writeResults(environment, commandLine, results)}`);
}

async function runOne(
  benchmark: Benchmark,
  commandLine: CommandLine,
  probe: Probe,
  scratch: string,
): Promise<object[]> {
  const { seconds, python, slow, text, table, contestant } = commandLine;
  const report = (line: string): void => console.error(`  ${line}`);
  const results: object[] = [];
  for (const whole of await benchmark.comparisons({ slow, text, scratch })) {
    const comparison = { ...whole, contestants: whole.contestants.filter(({ name }) => isWanted(name, contestant)) };
    if (!isWanted(whole.title, table) || comparison.contestants.length === 0) continue;
    const contestants = await compare(comparison, { probe, seconds, python, report });
    const { title, unit, better, reference } = comparison;
    console.log(`\n${title}\n${formatResults(comparison, contestants)}`);
    const summaries = summarizeResults(comparison, contestants);
    const measured = contestants.map((contestant) => ({ ...contestant, ...summaries.get(contestant.name) }));
    results.push({ title, unit, better, reference, contestants: measured });
  }
  return results;
}

function isWanted(name: string, parts: readonly string[]): boolean {
  return parts.length === 0 || parts.some((part) => name.includes(part));
}

async function writeResults(environment: Environment, commandLine: CommandLine, results: object[]): Promise<string> {
  const directory = join(import.meta.dirname, 'results');
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${environment.date.replaceAll(':', '-').replace(/\..*/, '')}.json`);
  const { seconds, only, slow } = commandLine;
  const content = { environment, seconds, only, slow, benchmarks: results };
  await writeFile(path, `${JSON.stringify(content, null, 2)}\n`);
  return relative(process.cwd(), path);
}
