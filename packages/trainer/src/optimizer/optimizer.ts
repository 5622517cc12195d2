import type * as tf from '@tensorflow/tfjs';
import type { Parameter } from '@gptloom/layers';

/** What an optimizer remembers of one parameter or of many, on the host, by name. */
export type OptimizerState = ReadonlyMap<string, Float32Array>;

/** How gradients become an update. */
export interface UpdateOptions {
  /** The step, counted from 0; it decides the learning rate. */
  readonly step: number;
  /** Gradients are multiplied by this before anything else: one over the number of targets, times the clipping factor. */
  readonly scale: number;
}

/** An optimizer at work on one set of parameters. It owns tensors: dispose it. */
export interface OptimizerRun {
  /** Everything that decides the updates, by name: part of a checkpoint's configuration. */
  readonly configuration: Readonly<Record<string, string | number>>;
  /**
   * Changes the parameters in place. A parameter without a gradient keeps its value and its state.
   *
   * @param gradients by the parameter's path; they stay the caller's
   */
  update(gradients: ReadonlyMap<string, tf.Tensor>, options: UpdateOptions): void;
  /** A copy of the state, bit for bit. */
  save(): Promise<OptimizerState>;
  /** Puts a saved state back. Throws CheckpointError where it does not fit the parameters. */
  load(state: OptimizerState): void;
  /** Frees the state. */
  dispose(): void;
}

/** A rule that turns gradients into updates, with its settings; it holds no state until it is put to work. */
export interface Optimizer {
  /** The learning rate of a step, counted from 0. */
  learningRate(step: number): number;
  /** Puts it to work on parameters, by path. */
  create(parameters: ReadonlyMap<string, Parameter>): OptimizerRun;
}
