/** Gives the value of a function at `x` and writes its gradient into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/** Where {@link minimize} ended. */
export interface Minimum {
  readonly x: Float64Array;
  readonly iterations: number;
  /** Whether the largest component of the gradient fell below the tolerance. */
  readonly converged: boolean;
}

const memory = 10;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(target: Float64Array, scale: number, values: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += scale * values[i]!;
}

interface Step {
  readonly move: Float64Array;
  readonly change: Float64Array;
  readonly product: number;
}

/** The quasi-Newton direction by the two-loop recursion. */
function descentDirection(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const factors: number[] = [];
  for (const { move, change, product } of [...steps].reverse()) {
    const factor = dot(move, direction) / product;
    factors.push(factor);
    addScaled(direction, -factor, change);
  }
  const last = steps.at(-1);
  const scale =
    last === undefined ? 1 / Math.sqrt(dot(gradient, gradient)) : last.product / dot(last.change, last.change);
  for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  for (const { move, change, product } of steps) {
    addScaled(direction, factors.pop()! - dot(change, direction) / product, move);
  }
  return direction;
}

/**
 * Minimizes a smooth convex function from zero by L-BFGS (Nocedal and Wright 2006, algorithm 7.5) with ten steps of
 * memory and backtracking line search. Deterministic.
 */
export function minimize(objective: Objective, size: number, maxIterations: number, tolerance: number): Minimum {
  let x = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = objective(x, gradient);
  const steps: Step[] = [];
  const isFlat = (): boolean => gradient.every((component) => Math.abs(component) <= tolerance);
  for (let iterations = 0; iterations < maxIterations; iterations++) {
    if (isFlat()) return { x, iterations, converged: true };
    const direction = descentDirection(gradient, steps);
    const slope = dot(direction, gradient);
    const nextGradient = new Float64Array(size);
    let nextX = x;
    let nextValue = Infinity;
    let length = 1;
    for (; length > 1e-12; length /= 2) {
      nextX = x.slice();
      addScaled(nextX, length, direction);
      nextValue = objective(nextX, nextGradient);
      if (nextValue <= value + 1e-4 * length * slope) break;
    }
    // No step goes down any more: the value is at the limit of its precision.
    if (length <= 1e-12) return { x, iterations, converged: isFlat() };
    const move = nextX.map((component, i) => component - x[i]!);
    const change = nextGradient.map((component, i) => component - gradient[i]!);
    const product = dot(move, change);
    if (product > 1e-14 * dot(change, change)) steps.push({ move, change, product });
    if (steps.length > memory) steps.shift();
    [x, gradient, value] = [nextX, nextGradient, nextValue];
  }
  return { x, iterations: maxIterations, converged: isFlat() };
}
