/** Share of the full rate at a step, counted from 0: `(step + 1) / (warmupSteps + 1)`, then 1 (nanoGPT, train.py). */
export function warmupFactor(step: number, warmupSteps: number): number {
  return step < warmupSteps ? (step + 1) / (warmupSteps + 1) : 1;
}
