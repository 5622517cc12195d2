import * as tf from '@tensorflow/tfjs';
import {
  appendTokens,
  attention,
  cachedAttention,
  dropout,
  embedding,
  gelu,
  layerNorm,
  linear,
  linearCrossEntropy,
  linearGelu,
  packedAttention,
  rmsNorm,
  swiglu,
  type AppendTokensOptions,
  type AttentionOptions,
  type CachedAttentionOptions,
  type KeyedDropoutOptions,
  type GeluOptions,
  type LinearCrossEntropyOptions,
  type NormOptions,
  type PackedAttentionOptions,
} from '@gptloom/ops';

/** A tensor on the host, row-major. */
export interface HostTensor {
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** Names of the ops that the suite knows. */
export type OpName =
  | 'appendTokens'
  | 'attention'
  | 'cachedAttention'
  | 'dropout'
  | 'embedding'
  | 'gelu'
  | 'layerNorm'
  | 'linear'
  | 'linearCrossEntropy'
  | 'linearGelu'
  | 'packedAttention'
  | 'rmsNorm'
  | 'swiglu';

/** An op with inputs and options. float32 inputs are differentiated, int32 ones are constants. */
export interface OpCase {
  readonly op: OpName;
  readonly options: object;
  readonly inputs: Readonly<Record<string, HostTensor>>;
}

/** What a backend computed: the value, and the gradients of `sum(value * probe)`. */
export interface OpOutcome {
  readonly value: HostTensor;
  readonly gradients: Readonly<Record<string, Float32Array>>;
  /** Tensors left behind beyond those returned. */
  readonly leaked: number;
}

type Tensors = Readonly<Record<string, tf.Tensor | undefined>>;

function callOp(op: OpName, t: Tensors, options: object): tf.Tensor {
  const { x, added, residual, weight, bias, query, key, value, gate, up, ids, hidden, headWeight, targets } =
    t as Record<string, tf.Tensor>;
  switch (op) {
    case 'linear':
      return linear(x!, weight as tf.Tensor2D, bias as tf.Tensor1D | undefined, residual);
    case 'linearGelu':
      return linearGelu(x!, weight as tf.Tensor2D, bias as tf.Tensor1D | undefined, options as GeluOptions);
    case 'embedding':
      return embedding(ids!, weight as tf.Tensor2D);
    case 'layerNorm':
      return layerNorm(x!, weight as tf.Tensor1D, bias as tf.Tensor1D | undefined, options as NormOptions);
    case 'rmsNorm':
      return rmsNorm(x!, weight as tf.Tensor1D, options as NormOptions);
    case 'gelu':
      return gelu(x!, options as GeluOptions);
    case 'swiglu':
      return swiglu(gate!, up!);
    case 'dropout':
      return dropout(x!, options as KeyedDropoutOptions);
    case 'linearCrossEntropy':
      return linearCrossEntropy(
        hidden as tf.Tensor2D,
        headWeight as tf.Tensor2D,
        targets as tf.Tensor1D,
        options as LinearCrossEntropyOptions,
      );
    case 'appendTokens':
      return appendTokens(x as tf.Tensor4D, added as tf.Tensor4D, options as AppendTokensOptions);
    case 'cachedAttention': {
      const before = key === undefined ? undefined : { key: key as tf.Tensor4D, value: value as tf.Tensor4D };
      return tf.tidy(() => {
        const all = cachedAttention(t['queryKeyValue'] as tf.Tensor3D, before, options as CachedAttentionOptions);
        return tf.concat([all.mixed, all.key, all.value].map((tensor) => tf.reshape(tensor, [-1])));
      });
    }
    case 'packedAttention':
      return packedAttention(t['queryKeyValue'] as tf.Tensor3D, {
        ...(options as PackedAttentionOptions),
        keyLengths: t['keyLengths'] as tf.Tensor1D | undefined,
        segmentIds: t['segmentIds'] as tf.Tensor2D | undefined,
      });
    case 'attention':
      return attention(query as tf.Tensor4D, key as tf.Tensor4D, value as tf.Tensor4D, {
        ...(options as AttentionOptions),
        queryPositions: t['queryPositions'] as tf.Tensor2D | undefined,
        keyPositions: t['keyPositions'] as tf.Tensor2D | undefined,
        keyLengths: t['keyLengths'] as tf.Tensor1D | undefined,
        segmentIds: t['segmentIds'] as tf.Tensor2D | undefined,
      });
  }
}

/** Runs a case on the current backend, forward and backward. `probe` weighs the output; it has its length. */
export async function runOpCase({ op, options, inputs }: OpCase, probe: ArrayLike<number>): Promise<OpOutcome> {
  const names = Object.keys(inputs).filter((name) => inputs[name]!.dtype === 'float32');
  const before = tf.memory().numTensors;
  const tensors: Record<string, tf.Tensor> = {};
  for (const [name, { values, shape, dtype }] of Object.entries(inputs)) {
    tensors[name] = tf.tensor(Array.from(values), [...shape], dtype);
  }
  const value = callOp(op, tensors, options);
  const weights = tf.tensor(Array.from(probe), value.shape);
  const differentiate = tf.grads((...leaves: tf.Tensor[]) =>
    callOp(op, { ...tensors, ...Object.fromEntries(names.map((name, i) => [name, leaves[i]!])) }, options),
  );
  const gradients = differentiate(
    names.map((name) => tensors[name]!),
    weights,
  );
  // Tensors that this function made and holds: inputs, the value, the probe and a gradient for each float input.
  const held = Object.keys(tensors).length + 2 + gradients.length;
  const leaked = tf.memory().numTensors - before - held;
  const outcome: OpOutcome = {
    value: { dtype: 'float32', shape: value.shape, values: (await value.data()) as Float32Array },
    gradients: Object.fromEntries(
      await Promise.all(names.map(async (name, i) => [name, (await gradients[i]!.data()) as Float32Array] as const)),
    ),
    leaked,
  };
  tf.dispose([tensors, value, weights, gradients]);
  return outcome;
}
