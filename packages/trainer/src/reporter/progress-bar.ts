import { check, checkOptions } from '@gptloom/core';
import { SingleBar } from 'cli-progress';
import type { StepEvent, TrainingEvent } from '../training-event.ts';
import type { Reporter } from './reporter.ts';
import { createTrainingClock, formatDuration } from './training-clock.ts';

/** How progress is shown. */
export interface ProgressBarOptions {
  /** Where it is written. Default `process.stderr`. */
  readonly stream?: NodeJS.WritableStream | undefined;
  /** Seconds between two lines where the stream is no terminal. Default 5. */
  readonly everySeconds?: number | undefined;
}

const messageOf = (event: TrainingEvent): string | undefined => {
  if (event.type === 'started' && event.step > 0) return `resumed at step ${event.step} of ${event.steps}`;
  if (event.type === 'warning') return `warning: ${event.message}`;
  if (event.type === 'finished') {
    const reason = {
      steps: 'all steps are made',
      aborted: 'stopped',
      'early-stopping': 'validation stopped improving',
    };
    return `${event.alreadyFinished ? 'already finished' : 'finished'}: ${reason[event.reason]}; ${event.kept}`;
  }
  return undefined;
};

/**
 * Progress in a terminal: a bar with step, loss, validation loss, learning rate, tokens per second and the time left.
 * Where the output is no terminal, a plain line every few seconds and after every evaluation.
 *
 * ```ts
 * import { progressBar } from '@gptloom/trainer/node';
 * const reporters = [progressBar()]; // an option of Trainer
 * ```
 *
 * @throws ConfigError for options outside their rules
 */
export function progressBar(options: ProgressBarOptions = {}): Reporter {
  checkOptions('progressBar', options, {
    stream: check.optional(check.object),
    everySeconds: check.optional(check.nonNegativeNumber),
  });
  const { stream = process.stderr, everySeconds = 5 } = options;
  const now = (): number => performance.now() / 1000;
  const display = 'isTTY' in stream && stream.isTTY === true ? terminalDisplay(stream) : lineDisplay(stream);
  let clock = createTrainingClock(now);
  let validationLoss: number | undefined;
  let last: StepEvent | undefined;
  let shownAt = -Infinity;
  const show = (event: StepEvent): void => {
    shownAt = now();
    display.step(event, describeStep(event, validationLoss), clock.secondsLeft(event.step, event.steps));
  };
  return {
    report(event) {
      if (event.type === 'started') {
        clock = createTrainingClock(now);
        clock.secondsLeft(event.step, event.steps);
      }
      if (event.type === 'evaluation') validationLoss = event.validationLoss;
      if (event.type === 'step') last = event;
      const due = event.type === 'step' && (display.isTerminal || now() - shownAt >= everySeconds);
      if (last !== undefined && (due || event.type === 'evaluation')) show(last);
      const message = messageOf(event);
      if (message !== undefined) display.message(message);
    },
    close: () => display.close(),
  };
}

function describeStep({ loss, learningRate, tokensPerSecond }: StepEvent, validationLoss: number | undefined): string {
  const validation = validationLoss === undefined ? '' : `  validation ${validationLoss.toFixed(4)}`;
  const rate = `learning rate ${learningRate.toExponential(2)}`;
  return `loss ${loss.toFixed(4)}${validation}  ${rate}  ${Math.round(tokensPerSecond)} tokens/s`;
}

interface Display {
  readonly isTerminal: boolean;
  step(event: StepEvent, description: string, secondsLeft: number | undefined): void;
  message(text: string): void;
  close(): void;
}

const describeLeft = (seconds: number | undefined): string =>
  seconds === undefined ? '' : `  ${formatDuration(seconds)} left`;

function lineDisplay(stream: NodeJS.WritableStream): Display {
  return {
    isTerminal: false,
    step({ step, steps }, description, secondsLeft) {
      stream.write(`step ${step}/${steps}  ${description}${describeLeft(secondsLeft)}\n`);
    },
    message: (text) => void stream.write(`${text}\n`),
    close: () => undefined,
  };
}

function terminalDisplay(stream: NodeJS.WritableStream): Display {
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    isTerminal: true,
    step({ step, steps }, description, secondsLeft) {
      const payload = { description, left: describeLeft(secondsLeft) };
      if (bar === undefined) {
        const format = '{bar} {value}/{total}  {description}{left}';
        // The cursor stays visible: a run that is killed could not bring it back.
        bar = new SingleBar({ format, stream, barsize: 20, hideCursor: false, gracefulExit: false });
        bar.start(steps, step, payload);
      }
      bar.update(step, payload);
    },
    message(text) {
      stop();
      stream.write(`${text}\n`);
    },
    close: stop,
  };
}
