import * as tf from '@tensorflow/tfjs';

/** What an op's forward pass gives: its result and what its gradient needs. */
export interface OpResult {
  readonly value: tf.Tensor;
  /** Kept until the gradient is done, but only where gradients are being taped. */
  readonly saved: readonly tf.Tensor[];
}

/**
 * Gradients by input, each computed only when asked for. Where other operations have given gradients of the input before, `sum` may hold
 * what they add up to: a gradient may add itself to it in place, and return it.
 */
export type OpGradients<Name extends string> = { readonly [K in Name]: (sum?: tf.Tensor) => tf.Tensor };

/** The part of the engine that `tf.customGrad` itself stands on. */
interface KernelRunner {
  runKernelFunc(parameters: {
    readonly inputs: Readonly<Record<string, tf.Tensor>>;
    readonly forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor;
    readonly backwardsFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
  }): tf.Tensor;
}

/**
 * Runs `forward` as one entry of the gradient tape. `tf.customGrad` would do, but it computes the gradients of frozen
 * inputs too; this computes those that the tape asks for. Inputs that are absent or not differentiable stay out of
 * `inputs`; what the gradient reads goes through `saved`, since intermediates are freed after the forward pass.
 */
export function runOp<Name extends string>(
  name: string,
  inputs: { readonly [K in Name]: tf.Tensor | undefined },
  forward: () => OpResult,
  gradients: (dy: tf.Tensor, saved: tf.Tensor[]) => OpGradients<Name>,
): tf.Tensor {
  const scope = `gptloom ${name}`;
  // Nothing to tape: the scope alone frees what the forward pass made beside its result.
  if (!tf.engine().isTapeOn()) return tf.tidy(scope, () => forward().value);
  const present: Record<string, tf.Tensor> = {};
  for (const key of Object.keys(inputs) as Name[]) {
    const tensor = inputs[key];
    if (tensor !== undefined) present[key] = tensor;
  }
  const runner = tf.engine() as unknown as KernelRunner;
  // The engine looks gradients up by the name of the surrounding scope, so the scope must be ours: under a
  // user's `tf.tidy('Square', ...)` the op would take the gradient of Square.
  return tf.tidy(scope, () =>
    runner.runKernelFunc({
      inputs: present,
      forwardFunc: (_backend, save) => {
        const { value, saved } = forward();
        save([...saved]);
        return value;
      },
      backwardsFunc: (dy, saved) => gradients(dy, saved),
    }),
  );
}

/**
 * Several gradients from one computation, which runs when the first of them is asked for. Each is asked for in a scope
 * of its own, so they are kept between; `saved` belongs to the tape, which frees what was never asked for. `compute` gets the sum that
 * the first one asked for may be added to, and gives the sum in its place where it did.
 */
export function shareGradients(
  saved: tf.Tensor[],
  compute: (sum: tf.Tensor | undefined) => tf.Tensor[],
): (index: number, sum?: tf.Tensor) => tf.Tensor {
  let results: tf.Tensor[] | undefined;
  return (index, sum) => {
    if (results === undefined) {
      results = tf.tidy(() => compute(sum));
      for (const result of results) if (result !== sum) saved.push(tf.keep(result));
    }
    const kept = results[index]!;
    if (kept === sum) return sum;
    const result = kept.clone();
    kept.dispose();
    return result;
  };
}
