import type { TrainingEvent } from '../training-event.ts';
import type { Reporter } from './reporter.ts';

/**
 * The same events, each shown to the reporters before anyone else. However the run ends, all reporters are closed, also
 * where the run or another reporter fails; the first failure is thrown.
 */
export async function* withReporters<Result>(
  start: () => AsyncGenerator<TrainingEvent, Result, void>,
  reporters: readonly Reporter[],
): AsyncGenerator<TrainingEvent, Result, void> {
  const events = start();
  const failures: unknown[] = [];
  try {
    for (;;) {
      const next = await events.next();
      if (next.done === true) return next.value;
      for (const reporter of reporters) await reporter.report(next.value);
      yield next.value;
    }
  } catch (error) {
    failures.push(error);
    throw error;
  } finally {
    const endRun = (): Promise<unknown> => events.return(undefined as never);
    await endAll([endRun, ...reporters.map((reporter) => () => reporter.close?.())], failures);
  }
}

// Every one of them, whatever happens to those before it.
async function endAll(endings: readonly (() => unknown)[], failures: unknown[]): Promise<void> {
  for (const end of endings) {
    try {
      await end();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
