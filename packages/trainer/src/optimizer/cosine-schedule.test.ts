import { describe, expect, it } from 'vitest';
import golden from '../../test/golden/adamw.json' with { type: 'json' };
import { cosineSchedule } from './cosine-schedule.ts';

describe('cosineSchedule', () => {
  it('equals the formula of nanoGPT at every step', () => {
    const schedule = cosineSchedule(golden.schedule);
    golden.rates.forEach((rate, step) => expect(schedule.rate(step)).toBeCloseTo(rate, 15));
  });

  it('ends at a tenth of the peak by default, and stays there', () => {
    const schedule = cosineSchedule({ peak: 1e-3, totalSteps: 10 });
    expect([schedule.rate(0), schedule.rate(10), schedule.rate(1000)]).toEqual([1e-3, 1e-4, 1e-4]);
  });

  it('may be warm-up alone', () => {
    const schedule = cosineSchedule({ peak: 3, warmupSteps: 2, totalSteps: 2, final: 1 });
    expect([0, 1, 2, 3].map((step) => schedule.rate(step))).toEqual([1, 2, 1, 1]);
    expect(cosineSchedule({ peak: 1, warmupSteps: 1, totalSteps: 1 }).rate(0)).toBe(0.5);
  });

  it('describes all its numbers', () => {
    expect(cosineSchedule({ peak: 1, warmupSteps: 2, totalSteps: 3, final: 0 }).description).toBe(
      'cosine(peak 1, warmupSteps 2, totalSteps 3, final 0)',
    );
  });

  it('refuses numbers that make no schedule', () => {
    expect(() => cosineSchedule({ peak: 1, warmupSteps: 6, totalSteps: 5 })).toThrow(/warmupSteps must be at most/);
    expect(() => cosineSchedule({ peak: 1, totalSteps: 5, final: 2 })).toThrow(/final must not be above peak/);
    expect(() => cosineSchedule({ peak: -1, totalSteps: 5 })).toThrow(/peak must be a positive number/);
  });
});
