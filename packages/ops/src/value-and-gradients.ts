import * as tf from '@tensorflow/tfjs';
import { ConfigError, ShapeError } from '@gptloom/core';
import { describeTensor } from './check-tensor.ts';

/** Gradients by input, as `OpGradients`. */
type InputGradients = Readonly<Record<string, (sum?: tf.Tensor) => tf.Tensor>>;

/** What TensorFlow.js notes of an op while a tape is on. */
interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  readonly saved?: tf.Tensor[];
  readonly gradient?: (dys: (tf.Tensor | null)[]) => InputGradients;
}

/** The part of the engine that `tf.variableGrads` itself stands on. */
interface TapeEngine {
  readonly state: { activeTape: TapeNode[] | null };
  startTape(): void;
  endTape(): void;
  /** Ids grow, so that a tensor with a larger one was made later. */
  nextTensorId(): number;
}

/** A loss and what it changes by. */
export interface ValueAndGradients {
  /** The loss; the caller disposes it. */
  readonly value: tf.Scalar;
  /** Gradients by variable, which the caller disposes; a variable that the loss does not reach is absent. */
  readonly gradients: ReadonlyMap<tf.Variable, tf.Tensor>;
}

/**
 * The value of a scalar function and its gradients by reverse-mode differentiation of TensorFlow.js's tape, as
 * `tf.variableGrads`, which keeps everything until the last gradient is there. This frees what an op has saved, and the
 * gradient of its output, as soon as the op is behind it: the backward pass needs little memory of its own, and finds that
 * memory in the cache.
 *
 * @param loss gives a float32 scalar; its intermediates are freed
 * @param variables those whose gradients are wanted; gradients of others are not computed
 * @throws ConfigError inside of another gradient, or when an op between a variable and the loss has no gradient; ShapeError
 * when the loss is no float32 scalar, or a gradient does not have the shape of what it belongs to
 */
export function valueAndGradients(loss: () => tf.Scalar, variables: readonly tf.Variable[]): ValueAndGradients {
  if (tf.engine().isTapeOn()) {
    throw new ConfigError({
      who: 'valueAndGradients',
      rule: 'gradients can not be taken inside of another gradient',
      suggestion: 'tf.grad and its like nest, and keep everything until the end',
    });
  }
  const engine = tf.engine() as unknown as TapeEngine;
  let value: tf.Scalar | undefined;
  try {
    value = record(engine, loss);
    return { value, gradients: backpropagate(engine, value, variables) };
  } catch (error) {
    value?.dispose();
    throw error;
  } finally {
    for (const { saved = [] } of engine.state.activeTape ?? []) tf.dispose(saved);
    engine.state.activeTape = null;
  }
}

function record(engine: TapeEngine, loss: () => tf.Scalar): tf.Scalar {
  engine.startTape();
  try {
    return tf.tidy(() => checkScalar(loss()));
  } finally {
    engine.endTape();
  }
}

function checkScalar(loss: tf.Scalar): tf.Scalar {
  if (loss.rank === 0 && loss.dtype === 'float32') return loss;
  throw new ShapeError({
    who: 'valueAndGradients',
    rule: 'the loss must be a float32 scalar',
    received: describeTensor(loss),
    suggestion: 'tf.sum or tf.mean of the losses',
  });
}

function backpropagate(
  engine: TapeEngine,
  value: tf.Scalar,
  variables: readonly tf.Variable[],
): Map<tf.Variable, tf.Tensor> {
  const tape = engine.state.activeTape!;
  const reached = reachedFrom(variables, tape);
  const gradients = new Map<number, tf.Tensor>();

  const add = (input: tf.Tensor, gradient: tf.Tensor): void => {
    const before = gradients.get(input.id);
    gradients.set(input.id, before === undefined ? gradient : tf.add(before, gradient));
    if (before !== undefined) tf.dispose([before, gradient]);
  };

  const passThrough = (node: TapeNode): void => {
    const inputGradients = gradientsOf(
      node,
      node.outputs.map((output) => gradients.get(output.id) ?? null),
    );
    for (const [name, input] of Object.entries(node.inputs)) {
      if (!reached.has(input.id)) continue;
      const before = engine.nextTensorId();
      const sum = ownBytes(gradients.get(input.id));
      const gradient = tf.tidy(() => inputGradient(node, name, inputGradients, sum));
      if (gradient === sum) continue;
      // What was there before, such as the gradient of the output itself, is freed at a time of its own.
      add(input, gradient.id < before ? gradient.clone() : gradient);
    }
  };

  const found = new Map<tf.Variable, tf.Tensor>();
  tf.tidy(() => {
    if (reached.has(value.id)) gradients.set(value.id, tf.onesLike(value));
    for (let i = tape.length - 1; i >= 0; i--) {
      const node = tape[i]!;
      if (node.outputs.some(({ id }) => gradients.has(id))) passThrough(node);
      for (const { id } of node.outputs) {
        gradients.get(id)?.dispose();
        gradients.delete(id);
      }
      tf.dispose(node.saved ?? []);
    }
    for (const variable of variables) {
      const gradient = gradients.get(variable.id);
      if (gradient !== undefined) found.set(variable, tf.keep(gradient));
    }
  });
  return found;
}

/** A tensor, unless others share its bytes. */
function ownBytes(tensor: tf.Tensor | undefined): tf.Tensor | undefined {
  return tensor !== undefined && tf.backend().refCount(tensor.dataId) === 1 ? tensor : undefined;
}

/** Ids of the variables and of all tensors that depend on them. */
function reachedFrom(variables: readonly tf.Variable[], tape: readonly TapeNode[]): Set<number> {
  const reached = new Set(variables.map(({ id }) => id));
  for (const { inputs, outputs } of tape) {
    if (Object.values(inputs).some(({ id }) => reached.has(id))) for (const { id } of outputs) reached.add(id);
  }
  return reached;
}

function gradientsOf(node: TapeNode, dys: (tf.Tensor | null)[]): InputGradients {
  if (node.gradient !== undefined) return node.gradient(dys);
  throw new ConfigError({
    who: 'valueAndGradients',
    rule: 'every operation between a parameter and the loss must have a gradient',
    received: node.kernelName,
    suggestion: 'write it with operations that have one, or give it one with tf.customGrad',
  });
}

function inputGradient(
  { kernelName, inputs }: TapeNode,
  name: string,
  gradients: InputGradients,
  sum: tf.Tensor | undefined,
): tf.Tensor {
  const gradient = gradients[name]?.(sum);
  if (gradient === undefined) {
    throw new ConfigError({
      who: 'valueAndGradients',
      rule: 'every operation must have a gradient for each of its inputs that a parameter reaches',
      received: `none for the input '${name}' of ${kernelName}`,
    });
  }
  const { shape } = inputs[name]!;
  if (gradient.dtype === 'float32' && gradient.shape.join() === shape.join()) return gradient;
  throw new ShapeError({
    who: 'valueAndGradients',
    rule: `the gradient of the input '${name}' of ${kernelName} must be float32 [${shape.join(', ')}]`,
    received: `${gradient.dtype} [${gradient.shape.join(', ')}]`,
  });
}
