/** The learning rate of every step: a pure function, so that a run that resumes needs no state for it. */
export interface Schedule {
  /** What it is, with all its numbers; part of a checkpoint's configuration. Two schedules that differ must differ here. */
  readonly description: string;
  /** The learning rate of a step, counted from 0. */
  rate(step: number): number;
}
