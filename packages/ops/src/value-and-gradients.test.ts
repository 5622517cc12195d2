import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { runOp } from './run-op.ts';
import { valueAndGradients } from './value-and-gradients.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const variable = (...values: number[]): tf.Variable => tf.variable(tf.tensor1d(values));
const read = (tensor: tf.Tensor | undefined): number[] => Array.from(tensor!.dataSync());

/** `x` in an op whose gradient is what `gradient` gives. */
const opWith = (x: tf.Tensor, gradient: (dy: tf.Tensor) => tf.Tensor): tf.Tensor =>
  runOp(
    'test',
    { x },
    () => ({ value: tf.mul(x, 1), saved: [] }),
    (dy) => ({ x: () => gradient(dy) }),
  );

describe('valueAndGradients', () => {
  it('gives what tf.variableGrads gives, and leaves only that', () => {
    const [a, b] = [variable(1, -2, 3), variable(0.5, 4, -1)];
    // `a` is used twice, and one of its uses twice again.
    const loss = (): tf.Scalar => {
      const product = tf.mul(tf.tanh(a), b);
      return tf.sum(tf.add(tf.mul(product, product), tf.exp(a)));
    };
    const expected = tf.variableGrads(loss, [a, b]);
    const before = tf.memory().numTensors;
    const { value, gradients } = valueAndGradients(loss, [a, b]);
    expect(tf.memory().numTensors).toBe(before + 3);
    expect(read(value)).toEqual(read(expected.value));
    expect(read(gradients.get(a))).toEqual(read(expected.grads[a.name]));
    expect(read(gradients.get(b))).toEqual(read(expected.grads[b.name]));
    tf.dispose([a, b, value, expected.value, ...gradients.values(), ...Object.values(expected.grads)]);
  });

  it('leaves out variables that the loss does not reach', () => {
    const [a, b] = [variable(1), variable(2)];
    const { gradients } = valueAndGradients(() => tf.sum(tf.square(a)), [a, b]);
    expect([...gradients.keys()]).toEqual([a]);
    const none = valueAndGradients(() => tf.sum(tf.square(b)), [a]);
    expect(none.gradients.size).toBe(0);
    tf.dispose([a, b, ...gradients.values(), none.value]);
  });

  it('frees what an op has saved as soon as the op is behind it', () => {
    const x = variable(1, 2);
    const atEachGradient: number[] = [];
    const spy = (y: tf.Tensor): tf.Tensor =>
      runOp(
        'spy',
        { y },
        () => ({ value: tf.mul(y, 1), saved: [tf.zeros([100])] }),
        (dy) => ({
          y: () => {
            atEachGradient.push(tf.memory().numTensors);
            return tf.mul(dy, 1);
          },
        }),
      );
    const { value, gradients } = valueAndGradients(() => tf.sum(spy(spy(spy(spy(x))))), [x]);
    // Each op gives back one saved tensor, and the gradient of its output for that of its input.
    expect(atEachGradient).toEqual([0, 1, 2, 3].map((op) => atEachGradient[0]! - op));
    tf.dispose([x, value, ...gradients.values()]);
  });

  it('lets an op add its gradient to the sum of those before, where nobody else has its bytes', () => {
    const a = variable(1, 2);
    const shared = tf.tensor1d([5, 6]);
    const sums: (number[] | undefined)[] = [];
    /** An op of `a` whose gradient takes over the sum if it gets one. */
    const adding = (): tf.Tensor =>
      runOp(
        'adding',
        { a },
        () => ({ value: tf.mul(a, 1), saved: [] }),
        () => ({
          a: (sum) => {
            sums.push(sum === undefined ? undefined : read(sum));
            return sum ?? tf.tensor1d([10, 20]);
          },
        }),
      );
    const total = (...terms: tf.Tensor[]): tf.Scalar => tf.sum(tf.addN(terms));
    // The last term's gradient comes first.
    const own = valueAndGradients(() => total(adding(), adding()), [a]);
    expect(sums).toEqual([undefined, [10, 20]]);
    expect(read(own.gradients.get(a))).toEqual([10, 20]);
    sums.length = 0;
    const others = valueAndGradients(
      () =>
        total(
          adding(),
          opWith(a, () => shared),
        ),
      [a],
    );
    expect(sums).toEqual([undefined]);
    expect(read(others.gradients.get(a))).toEqual([15, 26]);
    expect(read(shared)).toEqual([5, 6]);
    for (const { value, gradients } of [own, others]) tf.dispose([value, ...gradients.values()]);
    tf.dispose([a, shared]);
  });

  it('keeps gradients apart that are one tensor, or belong to someone else', () => {
    const [a, b] = [variable(1, 2), variable(3, 4)];
    const own = tf.tensor1d([7, 8]);
    const same = valueAndGradients(
      () =>
        tf.sum(
          tf.add(
            opWith(a, (dy) => dy),
            opWith(b, () => own),
          ),
        ),
      [a, b],
    );
    expect(read(same.gradients.get(a))).toEqual([1, 1]);
    expect(read(same.gradients.get(b))).toEqual([7, 8]);
    tf.dispose([...same.gradients.values()]);
    expect(read(own)).toEqual([7, 8]);
    tf.dispose([a, b, own, same.value]);
  });

  it('refuses a loss that is no scalar, and to run inside of another gradient', () => {
    const x = variable(3, 1);
    expect(() => valueAndGradients(() => tf.square(x) as unknown as tf.Scalar, [x])).toThrow(/float32 scalar/);
    const nested = (): tf.Scalar => valueAndGradients(() => tf.sum(x), [x]).value;
    expect(() => tf.variableGrads(nested, [x])).toThrow(/inside of another gradient/);
    x.dispose();
  });

  it('says which op has no gradient, or a wrong one, and leaves nothing behind', () => {
    const x = variable(3, 1, 2);
    const before = tf.memory().numTensors;
    expect(() => valueAndGradients(() => tf.sum(tf.topk(x, 1).values), [x])).toThrow(/TopK/);
    expect(() => valueAndGradients(() => tf.sum(opWith(x, () => tf.zeros([2]))), [x])).toThrow(/float32 \[3\]/);
    expect(() =>
      valueAndGradients(() => {
        tf.square(x);
        throw new Error('in the middle');
      }, [x]),
    ).toThrow('in the middle');
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.engine().state.gradientDepth).toBe(0);
    x.dispose();
  });
});
