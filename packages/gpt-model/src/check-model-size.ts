import { ConfigError } from '@gptloom/core';
import type { Parameter } from '@gptloom/layers';

const mostElements = 2 ** 31;
const mostParameters = 2 ** 34;

/**
 * Refuses what no typed array or no machine can hold, before anything is allocated.
 *
 * @throws ConfigError for a parameter of 2^31 elements or more, or more than 2^34 parameters in all
 */
export function checkModelSize(parameters: Iterable<[path: string, parameter: Parameter]>): void {
  let total = 0;
  for (const [path, { shape, size }] of parameters) {
    total += size;
    if (size < mostElements) continue;
    throw new ConfigError({
      who: 'GptModel',
      rule: 'a single parameter must have fewer than 2^31 elements',
      received: `${path} of shape [${shape.join(', ')}], ${describeSize(size)}`,
      suggestion: 'a smaller vocabSize, maxSeqLen, embedDim or intermediateDim',
    });
  }
  if (total <= mostParameters) return;
  throw new ConfigError({
    who: 'GptModel',
    rule: 'a model must have at most 2^34 parameters, 64 GiB',
    received: describeSize(total),
    suggestion: 'fewer or narrower layers',
  });
}

/** Elements and the bytes of float32 that they take. */
export function describeSize(elements: number): string {
  return `${elements} elements of float32 (${((4 * elements) / 2 ** 30).toPrecision(3)} GiB)`;
}
