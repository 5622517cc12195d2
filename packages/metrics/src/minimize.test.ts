import { describe, expect, it } from 'vitest';
import { minimize } from './minimize.ts';

describe('minimize', () => {
  it('finds the minimum of a badly scaled quadratic', () => {
    const curvature = [1, 100, 10_000];
    const result = minimize(
      (x, gradient) => {
        curvature.forEach((c, i) => (gradient[i] = c * (x[i]! - i - 1)));
        return curvature.reduce((sum, c, i) => sum + (c * (x[i]! - i - 1) ** 2) / 2, 0);
      },
      3,
      200,
      1e-9,
    );
    expect(result.converged).toBe(true);
    [1, 2, 3].forEach((wanted, i) => expect(result.x[i]).toBeCloseTo(wanted, 8));
  });

  it('stays where it starts if that is the minimum, and stops when told', () => {
    const flat = minimize((_, gradient) => (gradient.fill(0), 1), 2, 10, 1e-9);
    expect(flat).toMatchObject({ iterations: 0, converged: true });
    const stopped = minimize((x, gradient) => ((gradient[0] = Math.exp(x[0]!)), Math.exp(x[0]!)), 1, 3, 1e-9);
    expect(stopped).toMatchObject({ iterations: 3, converged: false });
  });

  it('says so when no step goes down: a gradient that is wrong', () => {
    const result = minimize((x, gradient) => ((gradient[0] = -1), x[0]!), 1, 10, 1e-9);
    expect(result).toMatchObject({ iterations: 0, converged: false });
  });
});
