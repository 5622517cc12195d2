import { parentPort } from 'node:worker_threads';

/** Multiply-adds of one measurement, in eight chains that keep the arithmetic units busy and touch no memory. */
const iterations = 4_000_000;

function multiplyAdd(count: number): number {
  const factor = 0.999999;
  const addend = 1e-6;
  let [a, b, c, d, e, f, g, h] = [1, 2, 3, 4, 5, 6, 7, 8];
  for (let i = 0; i < count; i++) {
    a = a * factor + addend;
    b = b * factor + addend;
    c = c * factor + addend;
    d = d * factor + addend;
    e = e * factor + addend;
    f = f * factor + addend;
    g = g * factor + addend;
    h = h * factor + addend;
  }
  return a + b + c + d + e + f + g + h;
}

// The sum is sent so that the loop can not be optimized away.
parentPort!.on('message', () => parentPort!.postMessage(multiplyAdd(iterations)));
