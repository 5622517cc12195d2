import { readFile } from 'node:fs/promises';
import { plot } from 'asciichart';
import type { EvaluationEvent, StepEvent, TrainingEvent } from 'gptloom';

/** Losses by step, in nats a token. */
export interface Losses {
  readonly train: ReadonlyMap<number, number>;
  readonly validation: ReadonlyMap<number, number>;
}

/**
 * The losses in a file of events that `jsonLines` wrote. Steps that came again after a resume count once, and a run that
 * began again from nothing replaces the one before.
 */
export async function readLosses(path: string): Promise<Losses> {
  const train = new Map<number, number>();
  const validation = new Map<number, number>();
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const event = parse(line);
    if (event?.type === 'started' && event.step === 0) for (const losses of [train, validation]) losses.clear();
    if (event?.type === 'step') train.set(event.step, (event as StepEvent).loss);
    if (event?.type === 'evaluation') validation.set(event.step, (event as EvaluationEvent).validationLoss);
  }
  return { train, validation };
}

const inOrder = (losses: ReadonlyMap<number, number>): [step: number, loss: number][] =>
  [...losses].sort(([a], [b]) => a - b);

// A process that is killed may leave half a line, with the next run's first event behind it.
function parse(line: string): TrainingEvent | undefined {
  try {
    return JSON.parse(line) as TrainingEvent;
  } catch {
    return undefined;
  }
}

/** The training loss as a curve of characters, each column the mean of some steps, and the validation losses in numbers. */
export function drawLossCurve({ train, validation }: Losses, { width = 64, height = 12 } = {}): string {
  const steps = inOrder(train);
  const losses = steps.map(([, loss]) => loss);
  const columns = Math.min(width, losses.length);
  if (columns < 2) return losses.length === 0 ? 'no step was made' : `${losses[0]!.toFixed(2)} in the only step`;
  const means = Array.from({ length: columns }, (_, i) => {
    const part = losses.slice(
      Math.floor((i * losses.length) / columns),
      Math.floor(((i + 1) * losses.length) / columns),
    );
    return part.reduce((sum, loss) => sum + loss, 0) / part.length;
  });
  const curve = plot(means, { height, format: (loss) => loss.toFixed(2).padStart(6) });
  const caption = `training loss in nats a token, steps ${steps[0]![0]} to ${steps.at(-1)![0]}`;
  const evaluations = inOrder(validation).map(([, loss]) => loss.toFixed(2));
  return [caption, curve, ...(evaluations.length > 0 ? [`validation: ${evaluations.join(', ')}`] : [])].join('\n');
}
