import { describe, expect, it } from 'vitest';
import { constantSchedule } from './constant-schedule.ts';

describe('constantSchedule', () => {
  it('warms up by (step + 1) / (warmupSteps + 1), then stays', () => {
    const schedule = constantSchedule({ learningRate: 8, warmupSteps: 3 });
    expect([0, 1, 2, 3, 4, 99].map((step) => schedule.rate(step))).toEqual([2, 4, 6, 8, 8, 8]);
    expect(constantSchedule({ learningRate: 8 }).rate(0)).toBe(8);
  });

  it('describes all its numbers, and refuses a rate of zero', () => {
    expect(constantSchedule({ learningRate: 0.5 }).description).toBe('constant(learningRate 0.5, warmupSteps 0)');
    expect(() => constantSchedule({ learningRate: 0 })).toThrow(/learningRate must be a positive number/);
  });
});
