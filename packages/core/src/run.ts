import { ConfigError } from './config-error.ts';
import { nextTick } from './next-tick.ts';

function leftEarly(): ConfigError {
  return new ConfigError({ who: 'Run', rule: 'a run that was left before its end has no result' });
}

/**
 * Long work under way: await it for its result, or iterate it for its typed events and then await it.
 *
 * ```ts
 * import { Run } from '@gptloom/core';
 *
 * const run = new Run(async function* () {
 *   for (let step = 1; step <= 3; step++) yield { type: 'step', step };
 *   return 'done';
 * });
 * for await (const event of run) console.log(event.type, event.step);
 * console.log(await run); // done
 * ```
 *
 * It is lazy (nothing happens before it is awaited or iterated) and has one driver: a second iteration throws
 * ConfigError. Leaving the loop with `break` stops the work cleanly; awaiting afterwards rejects with ConfigError,
 * because there is no result. The event loop turns between any two events.
 */
export class Run<Event, Result> implements PromiseLike<Result>, AsyncIterable<Event> {
  private readonly work: () => AsyncGenerator<Event, Result, void>;
  private driver: AsyncGenerator<Event, void, void> | undefined;
  private readonly outcome: Promise<Result>;
  private settle!: { resolve: (result: Result) => void; reject: (reason: unknown) => void };

  /** @param work starts the work: yields events, returns the result, and cleans up in `finally` */
  constructor(work: () => AsyncGenerator<Event, Result, void>) {
    this.work = work;
    this.outcome = new Promise<Result>((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    // A consumer that only iterates gets the error from the iteration.
    this.outcome.catch(() => undefined);
  }

  private async *drive(): AsyncGenerator<Event, void, void> {
    let events: AsyncGenerator<Event, Result, void> | undefined;
    let ended = false;
    try {
      events = this.work();
      for (;;) {
        const step = await events.next();
        if (step.done === true) {
          ended = true;
          this.settle.resolve(step.value);
          return;
        }
        yield step.value;
        await nextTick();
      }
    } catch (error) {
      ended = true;
      this.settle.reject(error);
      throw error;
    } finally {
      if (!ended) {
        this.settle.reject(leftEarly());
        await events?.return(undefined as never);
      }
    }
  }

  /**
   * Drives the work and gives its events. Can be called once.
   *
   * @throws ConfigError where the run is already awaited or iterated
   */
  [Symbol.asyncIterator](): AsyncGenerator<Event, void, void> {
    if (this.driver !== undefined) {
      throw new ConfigError({
        who: 'Run',
        rule: 'a run can be iterated once',
        suggestion: 'start a new run, or collect the events of the first iteration',
      });
    }
    const driver = this.drive();
    this.driver = driver;
    // A generator that is left before its first event never runs its own `finally`.
    const leave = driver.return.bind(driver);
    driver.return = (value) => {
      this.settle.reject(leftEarly());
      return leave(value);
    };
    return driver;
  }

  /** The result; drives the work to its end when nobody iterates it. */
  then<A = Result, B = never>(
    onResult?: ((result: Result) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (this.driver === undefined) void this.drain();
    return this.outcome.then(onResult, onError);
  }

  private async drain(): Promise<void> {
    try {
      for await (const event of this) void event;
    } catch {
      // The outcome carries the error.
    }
  }
}
