/** A program that is measured, in its own process. */
export interface Contestant {
  /** Versions of what does the work. */
  readonly versions: Readonly<Record<string, string>>;
  /** Does the work once. It may give the milliseconds that count, where a part of it is preparation. */
  perform(): Promise<number | void>;
  /** What shows that the work was done, and is the same work: a loss, a number of tokens. Asked after the warm-up. */
  check(): string;
}

/** Starts a contestant. What it throws is the reason why it is not measured. */
export type CreateContestant = (parameters: readonly string[]) => Promise<Contestant>;

/** What a contestant's process prints, one JSON object a line. Lines that are none of these are ignored. */
export type ContestantMessage =
  | { readonly type: 'ready'; readonly versions: Readonly<Record<string, string>>; readonly check: string }
  | { readonly type: 'unavailable'; readonly reason: string }
  | { readonly type: 'sample'; readonly milliseconds: number }
  | { readonly type: 'finished'; readonly peakMebibytes: number };
