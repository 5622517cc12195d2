/** A process of its own for the tests: starts the engine, multiplies, prints a checksum, and must end by itself. */
import * as tf from '@tensorflow/tfjs';
import { loadSimdBackend } from '@gptloom/backend-simd';

const started = performance.now();
const { description } = await loadSimdBackend();
const milliseconds = performance.now() - started;
await tf.setBackend('simd');
const x = tf.tensor2d(
  Float32Array.from({ length: 200 * 300 }, (_, i) => Math.sin(i)),
  [200, 300],
);
let checksum = 0;
for (let i = 0; i < 50; i++) {
  const product = tf.matMul(x, x, false, true);
  checksum = Number((await tf.sum(product).data())[0]);
  product.dispose();
}
console.log(JSON.stringify({ description, milliseconds, checksum }));
