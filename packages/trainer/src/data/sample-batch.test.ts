import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSampler } from './sample-batch.ts';

const shapes = fc.record({
  seed: fc.integer(),
  size: fc.integer({ min: 1, max: 60 }),
  globalBatchSize: fc.integer({ min: 1, max: 80 }),
});

describe('createSampler', () => {
  it('gives every example exactly once an epoch, across the borders of batches', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const sampler = createSampler(shape);
        const steps = Math.ceil((3 * shape.size) / shape.globalBatchSize);
        const stream = Array.from({ length: steps }, (_, step) => [...sampler.indices(step)]).flat();
        for (let epoch = 0; epoch < 3; epoch++) {
          const seen = stream.slice(epoch * shape.size, (epoch + 1) * shape.size).sort((a, b) => a - b);
          expect(seen).toEqual(Array.from({ length: shape.size }, (_, i) => i));
        }
      }),
    );
  });

  it('is a pure function of seed and step, asked in any order', () => {
    fc.assert(
      fc.property(shapes, fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 10 }), (shape, steps) => {
        const one = createSampler(shape);
        for (const step of steps) expect(one.indices(step)).toEqual(createSampler(shape).indices(step));
      }),
    );
  });

  it('shuffles differently in each epoch and for each seed', () => {
    const order = (seed: number, step: number): string =>
      createSampler({ seed, size: 50, globalBatchSize: 50 }).indices(step).join();
    expect(new Set([order(1, 0), order(1, 1), order(2, 0)]).size).toBe(3);
  });
});
