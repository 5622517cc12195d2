import { ConfigError } from '@gptloom/core';
import { initialize, namedParameters } from '@gptloom/layers';
import { checkWeightsFit } from './check-memory.ts';
import { checkModelSize, describeSize } from './check-model-size.ts';
import type { GptModel } from './gpt-model.ts';

/** Draws the starting values of a model; when that fails, nothing that was drawn stays. */
export function initializeAll(model: GptModel, seed: number): void {
  const parameters = [...namedParameters(model)];
  checkModelSize(parameters);
  checkWeightsFit(parameters);
  const empty = parameters.filter(([, parameter]) => !parameter.isInitialized);
  try {
    initialize(model, { seed });
  } catch (error) {
    for (const [, parameter] of empty) parameter.dispose();
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError({
      who: 'GptModel',
      rule: 'the weights must fit into memory',
      received: `${describeSize(empty.reduce((sum, [, { size }]) => sum + size, 0))}: ${error.message}`,
      cause: error,
    });
  }
}
