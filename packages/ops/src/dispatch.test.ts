import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { attention } from './attention.ts';
import { dropout } from './dropout.ts';
import { gelu } from './gelu.ts';
import {
  attentionGradKernel,
  attentionKernel,
  dropoutKernel,
  geluGradKernel,
  geluKernel,
  linearGradBiasKernel,
  linearGradInputKernel,
  linearGradWeightKernel,
  linearKernel,
  swigluGradKernel,
  swigluKernel,
  type AttentionAttributes,
} from './kernels.ts';
import { linear } from './linear.ts';
import { swiglu } from './swiglu.ts';

const backendName = 'gptloom-toy';
let ran: string[] = [];
const registered: string[] = [];

/** A kernel of the toy backend that computes with tf ops and notes that it ran. */
function register(
  kernelName: string,
  compute: (t: Record<string, tf.Tensor>, attributes: object) => tf.Tensor[],
): void {
  registered.push(kernelName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      ran.push(kernelName);
      return tf.tidy(() => compute(inputs as unknown as Record<string, tf.Tensor>, attrs ?? {}));
    },
  });
}

beforeAll(() => {
  class ToyBackend extends MathBackendCPU {}
  const toy = new ToyBackend();
  (toy as unknown as { firstUse: boolean }).firstUse = false;
  tf.copyRegisteredKernels('cpu', backendName);
  tf.registerBackend(backendName, () => toy as unknown as tf.KernelBackend);
});
beforeEach(async () => {
  await tf.setBackend(backendName);
  ran = [];
});
afterEach(() => {
  for (const name of registered.splice(0)) tf.unregisterKernel(name, backendName);
});

const x = (): tf.Tensor2D => tf.tensor2d([1, 2, 3, 4], [2, 2]);
const twice = (t: Record<string, tf.Tensor>): tf.Tensor[] => [tf.mul(t['x']!, 2)];
const seven = (t: Record<string, tf.Tensor>): tf.Tensor[] => [tf.mul(t['dy']!, 7)];

describe('dispatch', () => {
  it('runs the kernels of the backend in value and gradient', () => {
    register(geluKernel, twice);
    register(geluGradKernel, seven);
    const { value, grad } = tf.valueAndGrad((t: tf.Tensor) => tf.sum(gelu(t)))(x());
    expect(value.dataSync()[0]).toBe(20);
    expect([...grad.dataSync()]).toEqual([7, 7, 7, 7]);
    expect(ran).toEqual([geluKernel, geluGradKernel]);
  });

  it('takes a kernel without gradient only where nothing is taped', () => {
    register(geluKernel, twice);
    expect([...gelu(x()).dataSync()]).toEqual([2, 4, 6, 8]);
    expect(ran).toEqual([geluKernel]);
    const grad = tf.grad((t: tf.Tensor) => tf.sum(gelu(t)))(x());
    expect(ran).toEqual([geluKernel]);
    expect(grad.dataSync()[0]).toBeCloseTo(1.083, 3);
  });

  it('takes the reference form on a backend without kernels', () => {
    expect(gelu(x()).dataSync()[0]).toBeCloseTo(0.8412, 4);
    expect(ran).toEqual([]);
  });

  it('asks a backend only for the gradients that are needed', () => {
    register(linearKernel, (t) => [tf.matMul(t['x'] as tf.Tensor2D, t['weight'] as tf.Tensor2D, false, true)]);
    register(linearGradInputKernel, (t) => [tf.matMul(t['dy'] as tf.Tensor2D, t['weight'] as tf.Tensor2D)]);
    register(linearGradWeightKernel, (t) => [tf.matMul(t['dy'] as tf.Tensor2D, t['x'] as tf.Tensor2D, true)]);
    register(linearGradBiasKernel, (t) => [tf.sum(t['dy']!, 0)]);
    const weight = x();
    tf.grad((t: tf.Tensor) => tf.sum(linear(t, weight)))(x());
    expect(ran).toEqual([linearKernel, linearGradInputKernel]);
    ran = [];
    tf.grads((t: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => tf.sum(linear(t, w as tf.Tensor2D, b as tf.Tensor1D)))([
      x(),
      weight,
      tf.tensor1d([0, 0]),
    ]);
    expect(ran).toEqual([linearKernel, linearGradInputKernel, linearGradWeightKernel, linearGradBiasKernel]);
  });

  it('runs a kernel that gives several gradients once, and leaves no tensor', () => {
    register(swigluKernel, (t) => [tf.mul(t['gate']!, t['up']!)]);
    register(swigluGradKernel, (t) => [tf.mul(t['dy']!, t['up']!), tf.mul(t['dy']!, t['gate']!)]);
    const [gate, up] = [x(), tf.add(x(), 10)];
    const before = tf.memory().numTensors;
    const [dGate, dUp] = tf.grads((g: tf.Tensor, u: tf.Tensor) => tf.sum(swiglu(g, u)))([gate, up]);
    expect([...dGate!.dataSync()]).toEqual([11, 12, 13, 14]);
    expect([...dUp!.dataSync()]).toEqual([1, 2, 3, 4]);
    expect(ran).toEqual([swigluKernel, swigluGradKernel]);
    tf.dispose([dGate, dUp]);
    // One of the two alone: the other was computed with it and is freed with the tape.
    tf.grad((u: tf.Tensor) => tf.sum(swiglu(gate, u)))(up).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('hands attention its masks and attributes, forward and backward', () => {
    const seen: AttentionAttributes[] = [];
    register(attentionKernel, (t, attributes) => {
      seen.push(attributes as AttentionAttributes);
      return [tf.mul(t['value']!, t['keyLengths']!.toFloat()), tf.zeros([1, 1, 2])];
    });
    register(attentionGradKernel, (t) => {
      expect(Object.keys(t).sort()).toEqual(['dy', 'key', 'keyLengths', 'logSumExp', 'query', 'value', 'y']);
      return [tf.zerosLike(t['query']!), tf.zerosLike(t['key']!), tf.mul(t['dy']!, t['keyLengths']!.toFloat())];
    });
    const tensor = tf.ones([1, 2, 1, 4]) as tf.Tensor4D;
    const grad = tf.grad((v: tf.Tensor) => {
      // Made inside the pass, so it is gone by the time of the gradient unless the op saves it.
      const keyLengths = tf.tensor1d([2], 'int32');
      return tf.sum(attention(tensor, tensor, v as tf.Tensor4D, { keyLengths, window: 3 }));
    })(tensor);
    expect([...grad.dataSync()]).toEqual(new Array(8).fill(2));
    expect(seen).toEqual([
      {
        scale: 0.5,
        causal: true,
        window: 3,
        softCap: 0,
        alibiSlopes: [],
        dropoutRate: 0,
        dropoutKeys: new Uint32Array(0),
      },
    ]);
  });

  it('runs the dropout kernel on the gradient too', () => {
    register(dropoutKernel, twice);
    const grad = tf.grad((t: tf.Tensor) => tf.sum(dropout(t, { rate: 0.5, keys: new Uint32Array(4) })))(x());
    expect([...grad.dataSync()]).toEqual([2, 2, 2, 2]);
    expect(ran).toEqual([dropoutKernel, dropoutKernel]);
  });
});
