import * as tf from '@tensorflow/tfjs';
import { ConfigError } from '@gptloom/core';
import { namedParameters, type Parameter } from '@gptloom/layers';
import { describeBytes, deviceMemory, largestThatFits } from '@gptloom/ops';
import { areBuiltIn } from './gpt-components.ts';
import type { GptModel } from './gpt-model.ts';
import { generationBytes, type GenerationWork } from './memory-estimate.ts';

const bytesPerFloat = 4;

/**
 * Refuses a model whose weights do not fit beside the tensors that there are, before any is drawn, where the backend says what
 * memory it has.
 *
 * @throws ConfigError with the largest number of layers that would fit
 */
export function checkWeightsFit(parameters: readonly (readonly [path: string, parameter: Parameter])[]): void {
  const memory = deviceMemory();
  if (memory === undefined) return;
  const empty = parameters.filter(([, { isInitialized }]) => !isInitialized);
  const bytesOf = (counted: typeof empty): number =>
    counted.reduce((sum, [, { size }]) => sum + bytesPerFloat * size, 0);
  const needed = bytesOf(empty);
  const available = memory.limit - memory.reserved - tf.memory().numBytes;
  if (needed <= available) return;
  const inBlocks = empty.filter(([path]) => path.startsWith('blocks.'));
  const layers = new Set(inBlocks.map(([path]) => path.split('.', 2)[1])).size;
  const outside = needed - bytesOf(inBlocks);
  const fitting = Math.floor((available - outside) / (bytesOf(inBlocks) / layers));
  throw new ConfigError({
    who: 'GptModel',
    rule: `the weights must fit into the memory of the backend, ${describeAvailable(available, memory.limit)}`,
    received: `weights of ${describeBytes(needed)}, ${layers} layers`,
    suggestion:
      fitting > 0
        ? `numLayers: ${fitting} fits; or a smaller embedDim or vocabSize`
        : `a smaller embedDim, vocabSize or maxSeqLen: without any layer it takes ${describeBytes(outside)}`,
  });
}

/**
 * Refuses a generation that does not fit beside the tensors that there are, before it begins; of built-in parts, as what others
 * take is not known.
 *
 * @param workOf what a prompt of so many tokens takes
 * @throws ConfigError with the longest prompt that would fit
 */
export function checkGenerationFits(
  model: GptModel,
  promptLength: number,
  workOf: (promptLength: number) => GenerationWork,
): void {
  const memory = deviceMemory();
  if (memory === undefined || !areBuiltIn(model.components)) return;
  // The weights are among the tensors that there are.
  const weights = [...namedParameters(model).values()].reduce((sum, { size }) => sum + bytesPerFloat * size, 0);
  const available = memory.limit - (tf.memory().numBytes - weights);
  const bytesOf = (length: number): number => generationBytes(model, workOf(length));
  const needed = bytesOf(promptLength);
  if (needed <= available) return;
  const work = workOf(promptLength);
  const fitting = largestThatFits(bytesOf, Math.min(promptLength, model.maxSeqLen) - 1, available);
  throw new ConfigError({
    who: 'generate',
    rule: `generation must fit into the memory of the backend, ${describeAvailable(available, memory.limit)}`,
    received: `${work.time} tokens to read at once, which take ${describeBytes(needed)} with the weights and keys and values of ${work.cached} tokens`,
    suggestion:
      fitting > 0
        ? `a prompt of at most ${fitting} tokens, or dispose of other models and tensors`
        : 'a smaller model, or dispose of other models and tensors',
  });
}

const describeAvailable = (available: number, limit: number): string =>
  `${describeBytes(Math.max(0, available))} of ${describeBytes(limit)}`;
