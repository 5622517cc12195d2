import type { TrainingEvent } from '../training-event.ts';
import type { Reporter } from './reporter.ts';

/** The same events, each shown to the reporters before anyone else, which are closed however the run ends. */
export async function* withReporters<Result>(
  start: () => AsyncGenerator<TrainingEvent, Result, void>,
  reporters: readonly Reporter[],
): AsyncGenerator<TrainingEvent, Result, void> {
  const events = start();
  try {
    for (;;) {
      const next = await events.next();
      if (next.done === true) return next.value;
      for (const reporter of reporters) await reporter.report(next.value);
      yield next.value;
    }
  } finally {
    await events.return(undefined as never);
    for (const reporter of reporters) await reporter.close?.();
  }
}
