const marker = Symbol.for('gptloom.error');

/** The parts from which every gptloom error composes its message. */
export interface ErrorDetails {
  /** The function, class or file that refuses, for example `GptModel`. */
  readonly who: string;
  /** The rule that was broken, as a statement: `embedDim must be divisible by numHeads`. */
  readonly rule: string;
  /** What came instead, for example `embedDim 100, numHeads 3`. */
  readonly received?: string | undefined;
  /** What to try, for example `use embedDim 102`. */
  readonly suggestion?: string | undefined;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * The base of all errors that gptloom throws on purpose. `code` is stable across versions; `isInstance` works across
 * duplicate copies of the package, where `instanceof` does not.
 */
export abstract class GptloomError extends Error {
  /** The kind of error, the same in every version: `GPTLOOM_CONFIG`, `GPTLOOM_SHAPE`, ... */
  abstract readonly code: string;
  /** The function, class or file that refused. */
  readonly who: string;
  /** The rule that was broken. */
  readonly rule: string;
  /** What came instead, if that says anything. */
  readonly received: string | undefined;
  /** What to try, if there is something to try. */
  readonly suggestion: string | undefined;
  /** Marks the error for {@link GptloomError.isInstance}, across copies of the package. */
  readonly [marker] = true;

  /** @param details the parts of the message; line breaks in them become spaces */
  constructor(details: ErrorDetails) {
    const who = oneLine(details.who);
    const rule = oneLine(details.rule);
    const received = details.received === undefined ? undefined : oneLine(details.received);
    const suggestion = details.suggestion === undefined ? undefined : oneLine(details.suggestion);
    const { cause } = details;
    const parts = [`${who}: ${rule}`];
    if (received !== undefined) parts.push(`received ${received}`);
    if (suggestion !== undefined) parts.push(`try: ${suggestion}`);
    super(parts.join('; '), cause === undefined ? undefined : { cause });
    this.who = who;
    this.rule = rule;
    this.received = received;
    this.suggestion = suggestion;
  }

  /** Whether `value` is a gptloom error of any kind, from any copy of the package. */
  static isInstance(value: unknown): value is GptloomError {
    return typeof value === 'object' && value !== null && marker in value;
  }
}

// Messages of other code that are quoted, as those of JSON.parse, may have line breaks; a log line must not.
function oneLine(text: string): string {
  return String(text).replace(/\s+/g, (space) => (/[\n\r\u2028\u2029]/.test(space) ? ' ' : space));
}

/** Whether `value` is a gptloom error that carries `code`. Used by the `isInstance` of each subclass. */
export function hasCode(value: unknown, code: string): boolean {
  return GptloomError.isInstance(value) && value.code === code;
}
