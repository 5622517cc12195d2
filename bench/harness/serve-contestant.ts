import { existsSync, readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Contestant, ContestantMessage, CreateContestant } from './contestant.ts';
import { median } from './statistics.ts';

const leastMillisecondsOfSample = 200;
const mostWarmUps = 3;
const mostMillisecondsOfWarmUp = 5000;

/** The side of the measured process: starts the contestant, warms it up, and takes a sample whenever it is asked. */
export async function serveContestant(create: CreateContestant, parameters: readonly string[]): Promise<void> {
  try {
    const contestant = await create(parameters);
    await warmUp(contestant);
    tell({ type: 'ready', versions: contestant.versions, check: contestant.check() });
    for await (const command of createInterface({ input: process.stdin })) {
      if (command === 'finish') break;
      tell({ type: 'sample', milliseconds: await takeSample(contestant) });
    }
    tell({ type: 'finished', peakMebibytes: peakMebibytes() });
  } catch (error) {
    tell({ type: 'unavailable', reason: error instanceof Error ? error.message : String(error) });
  }
}

async function warmUp(contestant: Contestant): Promise<void> {
  const started = performance.now();
  for (let i = 0; i < mostWarmUps && performance.now() - started < mostMillisecondsOfWarmUp; i++) {
    await contestant.perform();
  }
}

// Short work is repeated: its first run after a pause finds cold caches and sleeping threads.
async function takeSample(contestant: Contestant): Promise<number> {
  const repetitions: number[] = [];
  const end = performance.now() + leastMillisecondsOfSample;
  do {
    const started = performance.now();
    const counted = await contestant.perform();
    repetitions.push(counted ?? performance.now() - started);
  } while (performance.now() < end);
  return median(repetitions);
}

function tell(message: ContestantMessage): void {
  // At once, because the process exits after the last one.
  writeSync(1, `${JSON.stringify(message)}\n`);
}

// `maxRSS` begins with what the parent held when it started this process; Linux has a figure of the process alone.
function peakMebibytes(): number {
  const status = '/proc/self/status';
  const found = existsSync(status) ? /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(status, 'utf8')) : null;
  return Math.round((found === null ? process.resourceUsage().maxRSS : Number(found[1])) / 1024);
}
