import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { randomKey, randomNormal } from '@gptloom/core';
import type { BackendName } from '@gptloom/backend';
import { describe, expect, it } from 'vitest';
import { compareWithDifferences } from './finite-differences.ts';
import { hostOp } from './host-ops.ts';
import { runOpCase, type HostTensor, type OpCase, type OpName } from './op-case.ts';
import { randomOpCase } from './random-op-case.ts';
import { startBackend } from './start-backend.ts';
import { findDeviation, tolerances } from './tolerances.ts';

interface GoldenCase extends OpCase {
  readonly name: string;
  readonly probe: HostTensor;
  readonly output: HostTensor;
  readonly gradients: Readonly<Record<string, HostTensor>>;
}

const { reference, cases } = JSON.parse(readFileSync(join(import.meta.dirname, '../test/golden/ops.json'), 'utf8')) as {
  readonly reference: string;
  readonly cases: readonly GoldenCase[];
};

/** Every op, in the order of the tests. */
export const opNames: readonly OpName[] = [
  'linear',
  'linearGelu',
  'embedding',
  'layerNorm',
  'rmsNorm',
  'gelu',
  'swiglu',
  'dropout',
  'appendTokens',
  'attention',
  'packedAttention',
  'cachedAttention',
  'linearCrossEntropy',
];

/** How thorough the suite is. */
export interface DescribeOpsOptions {
  /** Random cases of each op. Default 30. */
  readonly randomCases?: number | undefined;
}

/**
 * The suite that every backend must pass: values and gradients of every op against PyTorch, against float64 and against
 * finite differences, and no tensor left behind. Each backend needs a test file, thus a process, of its own.
 */
export async function describeOps(name: BackendName, { randomCases = 30 }: DescribeOpsOptions = {}): Promise<void> {
  const missing = await startBackend(name);
  describe.skipIf(missing !== undefined)(
    missing === undefined ? `ops on ${name}` : `ops on ${name} (needs ${missing})`,
    () => {
      describe(`equal ${reference}`, () => {
        for (const golden of cases) {
          it(golden.name, async () => {
            const { value, gradients, leaked } = await runOpCase(golden, golden.probe.values);
            expect(value.shape).toEqual(golden.output.shape);
            expect(findDeviation(value.values, golden.output.values, tolerances.opValue)).toBeUndefined();
            expect(Object.keys(gradients).sort()).toEqual(Object.keys(golden.gradients).sort());
            for (const [input, expected] of Object.entries(golden.gradients)) {
              expect([input, findDeviation(gradients[input]!, expected.values, tolerances.opGradient)]).toEqual([
                input,
                undefined,
              ]);
            }
            expect(leaked).toBe(0);
          });
        }
      });

      describe('equal float64 and its finite differences, and leave no tensor', () => {
        for (const op of opNames) {
          it(op, async () => {
            const size = fc.integer({ min: 1, max: 9 });
            const choice = fc.boolean();
            await fc.assert(
              fc.asyncProperty(
                fc.record({
                  seed: fc.nat(),
                  sizes: fc.tuple(size, size, size, size),
                  choices: fc.tuple(choice, choice, choice, choice),
                }),
                async (random) => {
                  const opCase = randomOpCase(op, random);
                  const expected = hostOp(opCase);
                  const probe = randomNormal(randomKey(random.seed), expected.length);
                  const { value, gradients, leaked } = await runOpCase(opCase, probe);
                  expect(findDeviation(value.values, expected, tolerances.opValue)).toBeUndefined();
                  expect(
                    compareWithDifferences(opCase, probe, gradients, random.seed, tolerances.finiteDifference),
                  ).toBeUndefined();
                  expect(leaked).toBe(0);
                },
              ),
              { numRuns: randomCases, seed: 11 },
            );
          });
        }
      });
    },
  );
}
