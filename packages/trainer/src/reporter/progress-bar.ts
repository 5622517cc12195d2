import { check, checkOptions } from '@gptloom/core';
import { SingleBar } from 'cli-progress';
import type { StepEvent, TrainingEvent } from '../training-event.ts';
import type { Reporter } from './reporter.ts';
import { createTokenRate } from './token-rate.ts';
import { createTrainingClock, formatDuration } from './training-clock.ts';

/** How progress is shown. */
export interface ProgressBarOptions {
  /** Where it is written. Default `process.stderr`. */
  readonly stream?: NodeJS.WritableStream | undefined;
  /** Seconds between two lines where the stream is no terminal, and over which tokens per second are averaged. Default 5. */
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
 * Progress in a terminal: a bar with step, loss, time left, validation loss, learning rate and tokens per second, as many
 * of them as its width holds. Where the output is no terminal, a plain line every few seconds and after every evaluation.
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
  let rate = createTokenRate(everySeconds);
  let validationLoss: number | undefined;
  let last: StepEvent | undefined;
  let shownAt = -Infinity;
  const show = (event: StepEvent): void => {
    shownAt = now();
    const secondsLeft = clock.secondsLeft(event.step, event.steps);
    display.step(event, describeStep(event, secondsLeft, validationLoss, rate.perSecond()));
    // A line speaks for the time since the line before; a bar is drawn too often for that.
    if (!display.isTerminal) rate.restart();
  };
  return {
    report(event) {
      if (event.type === 'started') {
        clock = createTrainingClock(now);
        rate = createTokenRate(everySeconds);
        clock.secondsLeft(event.step, event.steps);
      }
      if (event.type === 'evaluation') validationLoss = event.validationLoss;
      if (event.type === 'step') {
        last = event;
        rate.add(event);
      }
      const due = event.type === 'step' && (display.isTerminal || now() - shownAt >= everySeconds);
      if (last !== undefined && (due || event.type === 'evaluation')) show(last);
      const message = messageOf(event);
      if (message !== undefined) display.message(message);
    },
    close: () => display.close(),
  };
}

/** What there is to say about a step, the most important first. */
function describeStep(
  { step, steps, loss, learningRate }: StepEvent,
  secondsLeft: number | undefined,
  validationLoss: number | undefined,
  tokensPerSecond: number,
): readonly string[] {
  return [
    `${step}/${steps}`,
    `loss ${loss.toFixed(4)}`,
    ...(secondsLeft === undefined ? [] : [`${formatDuration(secondsLeft)} left`]),
    ...(validationLoss === undefined ? [] : [`validation ${validationLoss.toFixed(4)}`]),
    `learning rate ${learningRate.toExponential(2)}`,
    `${Math.round(tokensPerSecond)} tokens/s`,
  ];
}

interface Display {
  readonly isTerminal: boolean;
  step(event: StepEvent, parts: readonly string[]): void;
  message(text: string): void;
  close(): void;
}

const separator = '  ';

function lineDisplay(stream: NodeJS.WritableStream): Display {
  return {
    isTerminal: false,
    step: (_, parts) => void stream.write(`step ${parts.join(separator)}\n`),
    message: (text) => void stream.write(`${text}\n`),
    close: () => undefined,
  };
}

/** As many parts as fit into the width, and a bar before them where there is room left for one. */
function formatLine(progress: number, parts: readonly string[], width: number): string {
  let text = '';
  for (const [index, part] of parts.entries()) {
    const longer = index === 0 ? part : `${text}${separator}${part}`;
    if (longer.length > width) break;
    text = longer;
  }
  const barSize = Math.min(20, width - text.length - 1);
  if (barSize < 5) return text;
  const done = Math.round(progress * barSize);
  return `${'='.repeat(done)}${'-'.repeat(barSize - done)} ${text}`;
}

function terminalDisplay(stream: NodeJS.WritableStream): Display {
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    isTerminal: true,
    step({ step, steps }, parts) {
      const payload = { parts };
      if (bar === undefined) {
        bar = new SingleBar({
          stream,
          // One column stays free: a terminal that is full to its last one may wrap or swallow it.
          format: (_, { progress, maxWidth }, shown: typeof payload) => formatLine(progress, shown.parts, maxWidth - 1),
          // Line wrap and cursor stay as they are: a run that is killed could not bring them back.
          linewrap: true,
          hideCursor: false,
          gracefulExit: false,
        });
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
