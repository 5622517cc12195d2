import { expect, it } from 'vitest';
import { costRules } from './kernel-costs.ts';
import { engineKernels } from './register-kernels.ts';

it('every kernel of the engine says what it costs', () => {
  expect(Object.keys(engineKernels).filter((name) => costRules[name] === undefined)).toEqual([]);
});
