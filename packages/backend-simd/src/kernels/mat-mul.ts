import * as tf from '@tensorflow/tfjs';
import { multiply } from '../matrix-product.ts';
import { sizeOf, type EngineKernel, type KernelCall } from './engine-kernel.ts';

interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface FusedMatMulAttributes extends MatMulAttributes {
  readonly activation?: string | null;
  readonly leakyreluAlpha?: number;
}

/** Runs a kernel of the plain JavaScript backend, or another one of this. */
function runKernel(name: string, backendName: string, { inputs, backend, attributes }: KernelCall): tf.TensorInfo {
  const { kernelFunc } = tf.getKernel(name, backendName);
  const attrs = attributes as tf.NamedAttrMap;
  return kernelFunc({ inputs: inputs as tf.NamedTensorInfoMap, backend, attrs }) as tf.TensorInfo;
}

/** The product, with a row added to each row of it. Undefined where it is not one for the engine. */
function product({ inputs: { a, b, bias }, backend, attributes }: KernelCall): tf.TensorInfo | undefined {
  const { transposeA, transposeB } = attributes as MatMulAttributes;
  if (a!.dtype !== 'float32' || b!.dtype !== 'float32') return undefined;
  if (a!.shape.length < 2 || b!.shape.length < 2) return undefined;
  const [aRows, aColumns] = a!.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b!.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (inner !== k) return undefined;
  const [aBatches, bBatches] = [a!, b!].map(({ shape }) => sizeOf(shape.slice(0, -2))) as [number, number];
  // Where both are batched, they are so alike; anything else would be guessing.
  if (aBatches !== bBatches && aBatches !== 1 && bBatches !== 1) return undefined;
  if (aBatches > 1 && bBatches > 1 && a!.shape.slice(0, -2).join() !== b!.shape.slice(0, -2).join()) return undefined;
  if (bias !== undefined && (bias.dtype !== 'float32' || sizeOf(bias.shape) !== n || bias.shape.at(-1) !== n)) {
    return undefined;
  }
  const batchShape = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
  const c = backend.allocate([...batchShape, m, n]);
  const batches = Math.min(aBatches, bBatches) === 0 ? 0 : Math.max(aBatches, bBatches);
  // One B for all: the rows of all matrices of A follow each other, as those of one.
  const flatten = bBatches === 1 && !transposeA;
  multiply(backend.engine, {
    ...{ m: flatten ? m * aBatches : m, n, k, batches: flatten ? 1 : batches },
    ...{ a: backend.pointer(a!), transposedA: transposeA, aBatch: aBatches === 1 ? 0 : m * k },
    ...{ b: backend.pointer(b!), transposedB: transposeB, bBatch: bBatches === 1 ? 0 : k * n },
    ...{ c: backend.pointer(c), bias: bias === undefined ? undefined : backend.pointer(bias) },
  });
  return c;
}

const batchMatMul: EngineKernel = (call) => product(call) ?? runKernel(tf.BatchMatMul, 'cpu', call);

const activations: Readonly<Record<string, string>> = {
  relu: tf.Relu,
  relu6: tf.Relu6,
  elu: tf.Elu,
  sigmoid: tf.Sigmoid,
  prelu: tf.Prelu,
  leakyrelu: tf.LeakyRelu,
};

const fusedMatMul: EngineKernel = (call) => {
  const { a, b, bias, preluActivationWeights: alpha } = call.inputs;
  const { activation, leakyreluAlpha } = call.attributes as FusedMatMulAttributes;
  const { backend } = call;
  let result = product(call);
  if (result === undefined) {
    result = batchMatMul({ ...call, inputs: { a: a!, b: b! } }) as tf.TensorInfo;
    if (bias !== undefined) {
      const sum = runKernel(tf.Add, 'simd', { inputs: { a: result, b: bias }, backend, attributes: {} });
      backend.disposeIntermediateTensorInfo(result);
      result = sum;
    }
  }
  const name = activations[activation ?? 'linear'];
  if (name === undefined) return result;
  const activated = runKernel(name, 'simd', {
    inputs: name === tf.Prelu ? { x: result, alpha: alpha! } : { x: result },
    backend,
    attributes: name === tf.LeakyRelu ? { alpha: leakyreluAlpha } : {},
  });
  backend.disposeIntermediateTensorInfo(result);
  return activated;
};

/** Products of matrices, as TensorFlow.js asks for them. */
export const matMulKernels: Readonly<Record<string, EngineKernel>> = {
  [tf.BatchMatMul]: batchMatMul,
  [tf._FusedMatMul]: fusedMatMul,
};
