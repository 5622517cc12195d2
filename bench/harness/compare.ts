import { setTimeout as pause } from 'node:timers/promises';
import type { Comparison, ContestantPlan } from './benchmark.ts';
import { ChildContestant, type StartedContestant } from './child-contestant.ts';
import type { Probe } from './probe.ts';

/** What was measured of one contestant, or why nothing was. */
export type ContestantResult =
  | { readonly name: string; readonly notMeasured: string }
  | {
      readonly name: string;
      /** Threads that were the fastest, where several numbers were tried. */
      readonly threads?: number | undefined;
      /** One figure a round, in the unit of the comparison. */
      readonly figures: readonly number[];
      /** GFLOP/s of the probe just before each. */
      readonly probes: readonly number[];
      /** Each as a share of the probe before it, where the work is arithmetic. */
      readonly shares?: readonly number[] | undefined;
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
  readonly plan: ContestantPlan;
  readonly started: StartedContestant;
  readonly threads: number | undefined;
  readonly figures: number[];
  readonly probes: number[];
  readonly shares: number[];
}

const leastRounds = 5;
// Work of many seconds has three, however long they take.
const leastLongRounds = 3;
const millisecondsOfLong = 45_000;
const samplesOfTrial = 3;
// Long enough for the threads of the contestant before to fall asleep: those of JAX take some 60 milliseconds.
const millisecondsOfPause = 100;

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
        const one = running[(round + turn) % running.length]!;
        // One that broke is left out of what follows; the others go on.
        if (results.has(one.plan.name)) continue;
        try {
          await measure(one, comparison, options.probe);
        } catch (error) {
          results.set(one.plan.name, whyNot(one.plan.name, error));
        }
      }
      if (running.every(({ plan }) => results.has(plan.name))) break;
    }
    for (const { plan, started, threads, figures, probes, shares } of running) {
      if (results.has(plan.name)) continue;
      const { name } = plan;
      try {
        const { check, versions } = started.ready;
        const peakMebibytes = await started.contestant.finish();
        const measured = { ...(shares.length === 0 ? {} : { shares }), peakMebibytes, check, versions };
        results.set(name, { name, ...(threads === undefined ? {} : { threads }), figures, probes, ...measured });
      } catch (error) {
        results.set(name, whyNot(name, error));
      }
    }
  } finally {
    for (const { started } of running) started.contestant.stop();
  }
  return comparison.contestants.map(({ name }) => results.get(name)!);
}

async function measure(one: Running, { figure, gigaflop }: Comparison, probe: Probe): Promise<void> {
  await pause(millisecondsOfPause);
  const peak = await probe.measure(one.plan.width);
  const milliseconds = await one.started.contestant.sample();
  one.probes.push(peak);
  one.figures.push(figure(milliseconds));
  if (gigaflop !== undefined) one.shares.push(gigaflop / (milliseconds / 1000) / peak);
}

async function startAll(
  { contestants }: Comparison,
  { python, report }: CompareOptions,
  results: Map<string, ContestantResult>,
): Promise<Running[]> {
  const running: Running[] = [];
  for (const plan of contestants) {
    report(`starting ${plan.name}`);
    try {
      const best = await startFastest(plan, python);
      running.push({ plan, ...best, figures: [], probes: [], shares: [] });
    } catch (error) {
      results.set(plan.name, whyNot(plan.name, error));
    }
  }
  return running;
}

interface Fastest {
  readonly started: StartedContestant;
  readonly threads: number | undefined;
}

/** The process with the number of threads that is the fastest: all are started, and tried in turn. */
async function startFastest(plan: ContestantPlan, python: string | undefined): Promise<Fastest> {
  const trials: (Fastest & { best: number })[] = [];
  try {
    for (const threads of plan.threads ?? [undefined]) {
      trials.push({ started: await ChildContestant.start(plan, python, threads), threads, best: Infinity });
    }
    for (let i = 0; trials.length > 1 && i < samplesOfTrial; i++) {
      for (const trial of trials) {
        await pause(millisecondsOfPause);
        trial.best = Math.min(trial.best, await trial.started.contestant.sample());
      }
    }
  } catch (error) {
    for (const { started } of trials) started.contestant.stop();
    throw error;
  }
  const fastest = trials.reduce((least, trial) => (trial.best < least.best ? trial : least));
  for (const trial of trials) if (trial !== fastest) trial.started.contestant.stop();
  return fastest;
}

function whyNot(name: string, error: unknown): ContestantResult {
  return { name, notMeasured: (error as Error).message.split('\n', 1)[0]! };
}
