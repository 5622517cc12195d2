import type { TrainingEvent } from '../training-event.ts';

/** Someone who follows a run: a progress bar, a log file. The training loop knows nothing else about it. */
export interface Reporter {
  /** Receives every event, in order. The run waits for a promise. */
  report(event: TrainingEvent): void | Promise<void>;
  /** Called once when the run ends, in whatever way. */
  close?(): void | Promise<void>;
}
