import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['gptloom-source'] },
  ssr: { resolve: { conditions: ['gptloom-source', 'node', 'import', 'default'], externalConditions: ['gptloom-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
