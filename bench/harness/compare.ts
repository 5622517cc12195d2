import { setTimeout as pause } from 'node:timers/promises';
import type { Comparison } from './benchmark.ts';
import { ChildContestant } from './child-contestant.ts';
import type { Probe } from './probe.ts';

/** What was measured of one contestant, or why nothing was. */
export type ContestantResult =
  | { readonly name: string; readonly notMeasured: string }
  | {
      readonly name: string;
      /** One figure a round, in the unit of the comparison. */
      readonly figures: readonly number[];
      /** Milliseconds of the probe just before each. */
      readonly probes: readonly number[];
      /** The most memory that its process held, in MiB. */
      readonly peakMebibytes: number;
      readonly check: string;
      readonly versions: Readonly<Record<string, string>>;
    };

/** How a comparison is made. */
export interface CompareOptions {
  readonly probe: Probe;
  /** Seconds of measuring; at least five rounds are made, three where they take long. */
  readonly seconds: number;
  readonly python: string | undefined;
  /** Is told what is going on. */
  readonly report: (line: string) => void;
}

interface Running {
  readonly name: string;
  readonly contestant: ChildContestant;
  readonly check: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: number[];
  readonly probes: number[];
}

const leastRounds = 5;
// Work of many seconds has three, however long they take.
const leastLongRounds = 3;
const millisecondsOfLong = 45_000;
// Long enough for the threads of the contestant before to fall asleep.
const millisecondsOfPause = 30;

/**
 * Measures the contestants of a comparison side by side: in every round each of them gives one sample, with the probe
 * just before. The rounds begin with another contestant each time.
 */
export async function compare(comparison: Comparison, options: CompareOptions): Promise<ContestantResult[]> {
  const results = new Map<string, ContestantResult>();
  const running = await startAll(comparison, options, results);
  const start = performance.now();
  const isDone = (round: number): boolean => {
    const elapsed = performance.now() - start;
    if (round < leastRounds && elapsed < millisecondsOfLong) return false;
    return round >= leastLongRounds && elapsed >= 1000 * options.seconds;
  };
  options.report(`measuring ${running.length} side by side for ${options.seconds} s`);
  try {
    for (let round = 0; !isDone(round); round++) {
      for (let turn = 0; turn < running.length; turn++) {
        const { name, contestant, figures, probes } = running[(round + turn) % running.length]!;
        // One that broke is left out of what follows; the others go on.
        if (results.has(name)) continue;
        await pause(millisecondsOfPause);
        probes.push(await options.probe.measure());
        try {
          figures.push(comparison.figure(await contestant.sample()));
        } catch (error) {
          results.set(name, whyNot(name, error));
        }
      }
      if (running.every(({ name }) => results.has(name))) break;
    }
    for (const { contestant, ...measured } of running) {
      if (results.has(measured.name)) continue;
      results.set(measured.name, { ...measured, peakMebibytes: await contestant.finish() });
    }
  } finally {
    for (const { contestant } of running) contestant.stop();
  }
  return comparison.contestants.map(({ name }) => results.get(name)!);
}

async function startAll(
  { contestants }: Comparison,
  { python, report }: CompareOptions,
  results: Map<string, ContestantResult>,
): Promise<Running[]> {
  const running: Running[] = [];
  for (const plan of contestants) {
    const { name } = plan;
    report(`starting ${name}`);
    try {
      const { contestant, ready } = await ChildContestant.start(plan, python);
      running.push({ name, contestant, check: ready.check, versions: ready.versions, figures: [], probes: [] });
    } catch (error) {
      results.set(name, whyNot(name, error));
    }
  }
  return running;
}

function whyNot(name: string, error: unknown): ContestantResult {
  return { name, notMeasured: (error as Error).message.split('\n', 1)[0]! };
}
