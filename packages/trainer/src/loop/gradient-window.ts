import * as tf from '@tensorflow/tfjs';
import { TrainingError, type Communicator } from '@gptloom/core';
import { squareSum, valueAndGradients } from '@gptloom/ops';
import type { Parameter, Trainable, TrainingContextOptions } from '@gptloom/layers';

/** What the passes of one step add up to, once it is measured. */
export interface WindowTotals {
  /** Sum of the losses, in nats. */
  readonly lossSum: number;
  /** Weight of all targets. */
  readonly targets: number;
  /** Real tokens. */
  readonly tokens: number;
  /** Processes that were asked to stop. */
  readonly stopRequests: number;
  /** Global norm of the gradient of the mean loss. */
  readonly gradNorm: number;
}

/**
 * The sums of one step: gradients, losses and targets of all its passes, and of all processes. Nothing is divided in
 * here: a mean of means would weigh short batches too much. It owns tensors until it is disposed.
 */
export class GradientWindow {
  private readonly parameters: ReadonlyMap<string, Parameter>;
  private readonly sums = new Map<string, tf.Tensor>();
  private lossSum: tf.Tensor | undefined;
  private targets = 0;
  private tokens = 0;
  private stopRequests = 0;

  /** @param parameters those that are trained, by path */
  constructor(parameters: ReadonlyMap<string, Parameter>) {
    this.parameters = parameters;
  }

  /** Gradient sums by path; a parameter that no loss reached is absent. */
  get gradients(): ReadonlyMap<string, tf.Tensor> {
    return this.sums;
  }

  /** Adds one forward and backward pass. A batch without targets adds nothing, and is not computed. */
  add<Batch extends { readonly lengths: Int32Array }>(
    trainable: Trainable<Batch>,
    batch: Batch,
    context: TrainingContextOptions,
  ): void {
    this.tokens += batch.lengths.reduce((sum, length) => sum + length, 0);
    const targets = trainable.countTargets(batch);
    if (targets === 0) return;
    this.targets += targets;
    tf.tidy(() => {
      const forward = trainable.contextFor(batch, context);
      const { value, gradients } = valueAndGradients(
        () => trainable.lossSum(batch, forward),
        [...this.parameters.values()].map((parameter) => parameter.value),
      );
      if (gradients.size === 0) throw this.unreached();
      for (const [path, parameter] of this.parameters) {
        const gradient = gradients.get(parameter.value);
        if (gradient !== undefined) this.sums.set(path, addTo(this.sums.get(path), gradient));
      }
      this.lossSum = addTo(this.lossSum, tf.keep(value));
    });
  }

  private unreached(): TrainingError {
    return new TrainingError({
      who: 'Trainer',
      rule: 'the loss must depend on at least one trainable parameter',
      received: `a loss that reaches none of ${this.parameters.size}`,
      suggestion: 'lossSum must use the parameters through tensor operations only, and not all of them may be frozen',
    });
  }

  /** Sums everything over all processes. `stop` tells the others that this one was asked to stop. */
  async reduce(communicator: Communicator, stop: boolean): Promise<void> {
    const entries = [...this.parameters].map(([path, { shape, size }]) => ({ path, shape, size }));
    const elements = entries.reduce((sum, { size }) => sum + size, 0);
    const values = new Float32Array(elements + entries.length + 4);
    let at = 0;
    for (const [index, { path, size }] of entries.entries()) {
      const sum = this.sums.get(path);
      if (sum !== undefined) {
        values.set((await sum.data()) as Float32Array, at);
        values[elements + index] = 1;
      }
      at += size;
    }
    const lossSum = this.lossSum === undefined ? 0 : (await this.lossSum.data())[0]!;
    values.set([lossSum, this.targets, this.tokens, Number(stop)], elements + entries.length);
    await communicator.allReduceSum(values);
    this.dispose();
    at = 0;
    for (const [index, { path, shape, size }] of entries.entries()) {
      if (values[elements + index]! > 0) this.sums.set(path, keptTensor(values.slice(at, at + size), shape));
      at += size;
    }
    const [loss, targets, tokens, stops] = values.subarray(elements + entries.length);
    this.lossSum = keptTensor(Float32Array.of(loss!), []);
    this.targets = targets!;
    this.tokens = tokens!;
    this.stopRequests = stops!;
  }

  /** Reads the totals: the one time in a step that the host waits for the device. */
  async measure(): Promise<WindowTotals> {
    const { targets, tokens, stopRequests } = this;
    if (this.lossSum === undefined || targets === 0) {
      return { lossSum: 0, targets, tokens, stopRequests, gradNorm: 0 };
    }
    const measured = tf.tidy(() => {
      const total = squareSum([...this.sums.values()]);
      return tf.concat([tf.reshape(this.lossSum!, [1]), tf.reshape(total, [1])]);
    });
    try {
      const [lossSum, squares] = await measured.data();
      return { lossSum: lossSum!, targets, tokens, stopRequests, gradNorm: Math.sqrt(squares!) / targets };
    } finally {
      measured.dispose();
    }
  }

  /** Frees the sums. */
  dispose(): void {
    tf.dispose([...this.sums.values()]);
    this.sums.clear();
    this.lossSum?.dispose();
    this.lossSum = undefined;
  }
}

/** The sum of two tensors that are kept; both are used up. */
function addTo(sum: tf.Tensor | undefined, addend: tf.Tensor): tf.Tensor {
  if (sum === undefined) return addend;
  const total = tf.keep(tf.add(sum, addend));
  tf.dispose([sum, addend]);
  return total;
}

function keptTensor(values: Float32Array, shape: readonly number[]): tf.Tensor {
  return tf.tidy(() => tf.keep(tf.tensor(values, [...shape], 'float32')));
}

/** Factor that scales a gradient of norm `gradNorm` down to `maxGradNorm`, as torch.nn.utils.clip_grad_norm_ does. */
export function clippingFactor(gradNorm: number, maxGradNorm: number): number {
  return Math.min(1, maxGradNorm / (gradNorm + 1e-6));
}

/** Refuses totals that would spoil the weights. */
export function checkTotals(
  { lossSum, targets, gradNorm }: WindowTotals,
  step: number,
  rows: number,
  why: string,
): void {
  if (!(targets > 0)) {
    throw new TrainingError({
      who: 'Trainer',
      rule: `a step must have at least one target`,
      received: `none in the ${rows} example(s) of step ${step + 1}`,
      suggestion: `look at the dataset with preview(): ${why}`,
    });
  }
  if (Number.isFinite(lossSum) && Number.isFinite(gradNorm)) return;
  throw new TrainingError({
    who: 'Trainer',
    rule: `loss and gradient must be finite; the weights are still those of step ${step}`,
    received: `loss ${lossSum / targets}, gradient norm ${gradNorm} in step ${step + 1}`,
    suggestion: 'a lower learning rate, a longer warm-up or a smaller maxGradNorm; check the data of this step',
  });
}
