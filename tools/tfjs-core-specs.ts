/**
 * The program that tools/tfjs-core-suite.ts bundles: runs TensorFlow.js's own tests of its core. Arguments: the backend, the
 * file for the outcome as JSON, a part of the names of the tests to run.
 */
import { writeFileSync } from 'node:fs';
import { loadSimdBackend } from '@gptloom/backend-simd';

/** What the suite left. */
export interface SpecOutcome {
  readonly passed: number;
  /** Tests that TensorFlow.js itself has switched off. */
  readonly pending: number;
  /** Full names, without the backend's, with the reasons. */
  readonly failures: readonly { readonly name: string; readonly reason: string }[];
}

interface SpecResult {
  readonly fullName: string;
  readonly status: string;
  readonly failedExpectations: readonly { readonly message: string }[];
}

interface Jasmine {
  getEnv(): {
    configure(options: object): void;
    addReporter(reporter: object): void;
    execute(specs?: undefined, done?: () => void): void;
  };
}

const [backendName, outcomeFile, only] = process.argv.slice(2) as [string, string, string];

// The globals that the tests expect, before any of them is loaded. Jasmine 3: later ones refuse tests that take a callback and
// return a promise.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const jasmineRequire = require('jasmine-core/lib/jasmine-core/jasmine.js') as {
  core(required: unknown): Jasmine;
  interface(jasmine: Jasmine, environment: unknown): object;
};
const jasmine = jasmineRequire.core(jasmineRequire);
Object.assign(globalThis, jasmineRequire.interface(jasmine, jasmine.getEnv()), { jasmine });

async function main(): Promise<void> {
  const { setTestEnvs } = await import('@tensorflow/tfjs-core/dist/jasmine_util.js');
  if (backendName === 'simd') await loadSimdBackend();
  setTestEnvs([{ name: backendName, backendName, isDataSync: true }]);
  await import('@tensorflow/tfjs-core/dist/tests.js');
  const failures: SpecOutcome['failures'][number][] = [];
  let [passed, pending] = [0, 0];
  const environment = jasmine.getEnv();
  environment.configure({
    random: false,
    specFilter: (spec: { getFullName(): string }) => spec.getFullName().includes(only),
  });
  environment.addReporter({
    specDone: ({ fullName, status, failedExpectations }: SpecResult) => {
      if (status === 'passed') passed += 1;
      else if (status === 'pending') pending += 1;
      else if (status === 'failed') {
        const reason = failedExpectations.map(({ message }) => message.split('\n')[0]).join('; ');
        failures.push({ name: fullName.replace(` ${backendName} {}`, ''), reason });
      }
    },
  });
  await new Promise<void>((resolve) => environment.execute(undefined, resolve));
  writeFileSync(outcomeFile, JSON.stringify({ passed, pending, failures } satisfies SpecOutcome));
}

void main().then(() => process.exit(0));
