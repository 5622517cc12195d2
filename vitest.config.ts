import { defineConfig } from 'vitest/config';
import { SkippedTestsReporter } from './tools/skipped-tests-reporter.ts';

const continuousIntegration = process.env['CI'] === 'true';
const unitTests = [
  'packages/*/src/**/*.test.ts',
  'packages/*/test/**/*.test.ts',
  'examples/**/*.test.ts',
  'bench/**/*.test.ts',
];
const conformanceTests = ['packages/conformance/{src,test}/**/*.test.ts'];

export default defineConfig({
  resolve: { conditions: ['gptloom-source'] },
  ssr: {
    resolve: { conditions: ['gptloom-source', 'node', 'import', 'default'], externalConditions: ['gptloom-source'] },
  },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Printed by TensorFlow.js where a test takes a backend without selectBackend, which silences it.
    onConsoleLog: (log) => (log.includes('running TensorFlow.js in Node.js') ? false : undefined),
    reporters: [
      'default',
      new SkippedTestsReporter({ failOnInstallable: continuousIntegration }),
      ...(continuousIntegration ? [['json', { outputFile: '.tmp/test-results.json' }] satisfies [string, object]] : []),
    ],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: unitTests,
          exclude: conformanceTests,
          typecheck: {
            // *.test-d.ts: what the types promise. Errors of the sources are the business of `npm run typecheck`.
            enabled: true,
            include: ['packages/*/{src,test}/**/*.test-d.ts'],
            tsconfig: 'tools/tsconfig.type-tests.json',
            ignoreSourceErrors: true,
          },
        },
      },
      {
        extends: true,
        // Every op on every backend: the backends compile shaders and load libraries at first.
        test: { name: 'conformance', include: conformanceTests, testTimeout: 180_000, hookTimeout: 180_000 },
      },
    ],
  },
});
