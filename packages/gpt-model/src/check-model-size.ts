import { ConfigError } from '@gptloom/core';
import type { ResolvedGptConfig } from './gpt-config.ts';

const mostElements = 2 ** 31;
const mostParameters = 2 ** 34;

/** A parameter that is to be: its path, its shape, and how often the model has one like it. */
export interface PlannedParameter {
  readonly path: string;
  readonly shape: readonly number[];
  readonly count: number;
}

/** The large parameters of a configuration, before anything is built; without the blocks where those are custom. */
export function plannedParameters(config: ResolvedGptConfig, hasBuiltInBlocks: boolean): PlannedParameter[] {
  const { vocabSize, maxSeqLen, numLayers, numHeads, numKvHeads, embedDim, intermediateDim } = config;
  const planned: PlannedParameter[] = [
    { path: 'tokenEmbedding.weight', shape: [vocabSize, embedDim], count: config.tiedOutput ? 1 : 2 },
    { path: 'positionEmbedding.weight', shape: [maxSeqLen, embedDim], count: 1 },
  ];
  if (!hasBuiltInBlocks) return planned;
  const keyDim = numKvHeads * (embedDim / numHeads);
  return [
    ...planned,
    ...(numKvHeads === numHeads
      ? [{ path: 'blocks.0.attention.queryKeyValue.weight', shape: [3 * embedDim, embedDim], count: numLayers }]
      : [
          { path: 'blocks.0.attention.query.weight', shape: [embedDim, embedDim], count: numLayers },
          { path: 'blocks.0.attention.key.weight', shape: [keyDim, embedDim], count: 2 * numLayers },
        ]),
    { path: 'blocks.0.attention.output.weight', shape: [embedDim, embedDim], count: numLayers },
    {
      path: 'blocks.0.feedForward.up.weight',
      shape: [intermediateDim, embedDim],
      count: (config.activation === 'swiglu' ? 2 : 1) * numLayers,
    },
    { path: 'blocks.0.feedForward.down.weight', shape: [embedDim, intermediateDim], count: numLayers },
  ];
}

/**
 * Refuses what no typed array or no machine can hold, before anything is allocated.
 *
 * @throws ConfigError for a parameter of 2^31 elements or more, or more than 2^34 parameters in all
 */
export function checkModelSize(planned: readonly PlannedParameter[]): void {
  let total = 0;
  for (const { path, shape, count } of planned) {
    const size = shape.reduce((product, length) => product * length, 1);
    total += size * count;
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
