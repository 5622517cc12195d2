import * as tf from '@tensorflow/tfjs';

const shapes = { rows: 3, inDim: 5, outDim: 4 } as const;
const normEps = 1e-5;
const tolerance = 1e-4;

/**
 * What `selfCheckStep` must give: computed by PyTorch 2.15.0 in float64, printed by
 * `tools/reference/backend-self-check.py`, rounded to seven decimals.
 */
const knownNumbers: Readonly<Record<string, readonly number[]>> = {
  loss: [1.4394345],
  'gradient of the input': [
    -0.0480619, -0.0244086, 0.0543518, 0.0104028, -0.0570324, 0.0428158, -0.0810021, -0.0219425, 0.0866564, -0.0003879,
    -0.0145283, -0.0015395, 0.014925, -0.0023065, -0.0143307,
  ],
  'gradient of the weight': [
    -0.1447598, 0.1766012, 0.0992516, -0.2021772, -0.0471528, 0.0164016, -0.0008261, -0.0161888, 0.0049977, 0.0149009,
    -0.0090595, 0.0028733, 0.0083191, -0.0050171, -0.0070263, 0.1337062, -0.2058672, -0.0806565, 0.2266514, 0.022251,
  ],
  'gradient of the bias': [-0.166694, 0.0234437, 0.0137554, 0.0837989],
  'gradient of the norm': [0.2728308, -0.0082476, 0.0860482, 0.1013061],
};

/**
 * Runs a small forward and backward pass (linear, tanh-approximated GELU, layer norm, softmax cross-entropy) on the
 * current backend and compares it with known numbers. Leaves no tensor behind. It is made of plain ops whose gradients
 * exist on every backend: the gradient of `gather`, which stock wasm lacks, is not among them.
 *
 * @returns what is wrong, or `undefined` where all numbers are within 1e-4
 */
export async function selfCheck(): Promise<string | undefined> {
  const results = selfCheckStep();
  try {
    for (const [index, [name, known]] of Object.entries(knownNumbers).entries()) {
      const result = results[index];
      const values = result === undefined ? [] : Array.from(await result.data());
      const wrong = known.findIndex((value, i) => !(Math.abs((values[i] ?? NaN) - value) <= tolerance));
      if (wrong !== -1 || values.length !== known.length) {
        return `wrong numbers: ${name}[${wrong}] is ${values[wrong]} and should be ${known[wrong]}`;
      }
    }
    return undefined;
  } finally {
    tf.dispose(results);
  }
}

// Waves instead of random numbers: exact to write down, and all different.
function waves(shape: number[], phase: number): tf.Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i + phase)),
    shape,
  );
}

function selfCheckStep(): tf.Tensor[] {
  const { rows, inDim, outDim } = shapes;
  return tf.tidy(() => {
    const inputs = [waves([rows, inDim], 0), waves([outDim, inDim], 0.5), waves([outDim], 1), waves([1, outDim], 1.5)];
    // The targets 2, 0 and 3, one-hot.
    const targets = tf.tensor2d([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1], [rows, outDim]);
    let tape: ReadonlyArray<{ readonly saved?: tf.Tensor[] }> = [];
    const lossOf = (...[x, weight, bias, normWeight]: tf.Tensor[]): tf.Scalar => {
      tape = tf.engine().state.activeTape;
      if (!x || !weight || !bias || !normWeight) throw new Error('the self-check takes four inputs');
      const linear = tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D, false, true), bias);
      const hidden = tf.mul(
        tf.mul(linear, 0.5),
        tf.add(1, tf.tanh(tf.mul(tanhArgument(linear), Math.sqrt(2 / Math.PI)))),
      );
      const centered = tf.sub(hidden, tf.mean(hidden, 1, true));
      const variance = tf.mean(tf.square(centered), 1, true);
      const logits = tf.mul(tf.div(centered, tf.sqrt(tf.add(variance, normEps))), normWeight);
      // The logits are small: the usual subtraction of the maximum would only add ops.
      const logSum = tf.log(tf.sum(tf.exp(logits), 1));
      return tf.mean(tf.sub(logSum, tf.sum(tf.mul(logits, targets), 1)));
    };
    try {
      const { value, grads } = tf.valueAndGrads(lossOf)(inputs);
      return [value, ...grads];
    } catch (error) {
      // What the forward pass saved is disposed of by the backward pass, which a missing kernel cuts short.
      for (const { saved } of tape) tf.dispose(saved ?? []);
      throw error;
    }
  });
}

const tanhArgument = (x: tf.Tensor): tf.Tensor => tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715));
