import { namedParameters } from '@gptloom/layers';
import type { GptModel } from './gpt-model.ts';

/** What a model costs, in numbers. */
export interface ModelMeasures {
  /** Number of parameters; a shared one counts once. */
  readonly parameters: number;
  /** Parameters that training changes. */
  readonly trainableParameters: number;
  /** Floating-point operations to train on one token at the full context: forward and backward. */
  readonly trainingFlopsPerToken: number;
  /** Floating-point operations to generate one token at the full context. */
  readonly generationFlopsPerToken: number;
  /** Bytes of weights, gradients, AdamW's two moments, and the activations of one batch at the full context. */
  readonly trainingBytes: number;
  /** Bytes of weights and of the keys and values of one sequence at the full context. */
  readonly generationBytes: number;
}

const bytesPerFloat = 4;

/**
 * The costs of a model. FLOPs per token are `6 N + 12 L H Q T` (Chowdhery et al. 2022, PaLM, appendix B) with N the
 * parameters that take part in a matrix product: embeddings are looked up, a tied one counts as the output head.
 */
export function measureModel(model: GptModel, batchSize: number): ModelMeasures {
  const { numLayers, numHeads, numKvHeads, embedDim, maxSeqLen, vocabSize } = model.config;
  const headDim = embedDim / numHeads;
  const all = [...namedParameters(model).values()];
  const parameters = all.reduce((sum, parameter) => sum + parameter.size, 0);
  const trainable = all.reduce((sum, parameter) => sum + (parameter.trainable ? parameter.size : 0), 0);
  const matrices = all.reduce((sum, { role, size }) => sum + (role === 'matrix' || role === 'head' ? size : 0), 0);
  const multiplied = matrices + (model.head === undefined ? vocabSize * embedDim : 0);
  const attention = numLayers * numHeads * headDim * maxSeqLen;
  const cache = 2 * numLayers * maxSeqLen * numKvHeads * headDim;
  return {
    parameters,
    trainableParameters: trainable,
    trainingFlopsPerToken: 6 * multiplied + 12 * attention,
    generationFlopsPerToken: 2 * multiplied + 4 * attention,
    trainingBytes: bytesPerFloat * (parameters + 3 * trainable + batchSize * maxSeqLen * activationsPerToken(model)),
    generationBytes: bytesPerFloat * (parameters + cache),
  };
}

/**
 * Numbers that a training pass holds for the gradient, for each token. Counted from the operations of a block in plain
 * TensorFlow.js: the attention probabilities over the whole context dominate for long contexts, the feed-forward layer
 * for short ones. A test compares it with the memory that TensorFlow.js reports.
 */
function activationsPerToken(model: GptModel): number {
  const { numLayers, numHeads, embedDim, intermediateDim, maxSeqLen } = model.config;
  const block = 18 * embedDim + 7 * intermediateDim + 6 * numHeads * maxSeqLen;
  return numLayers * block + 6 * embedDim;
}

/** The text of `GptModel.summary`. */
export function formatModelSummary(model: GptModel, batchSize: number): string {
  const measures = measureModel(model, batchSize);
  const { numLayers, numHeads, embedDim, maxSeqLen, vocabSize } = model.config;
  const groups = new Map<string, number>();
  for (const [path, { size }] of namedParameters(model)) {
    const group = path.replace(/^blocks\.\d+\./, 'blocks.*.').replace(/\.[^.]+$/, '');
    groups.set(group, (groups.get(group) ?? 0) + size);
  }
  const rows = [...groups].map(([group, size]) => [`  ${group}`, grouped(size)] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, size]) => `${name.padEnd(width)}  ${size.padStart(12)}`);
  const frozen = measures.parameters - measures.trainableParameters;
  return [
    `GPT: ${numLayers} layers, ${numHeads} heads, dim ${embedDim}, context ${maxSeqLen}, vocabulary ${vocabSize}`,
    ...lines,
    `${'parameters'.padEnd(width)}  ${grouped(measures.parameters).padStart(12)}${frozen > 0 ? ` (${grouped(frozen)} frozen)` : ''}`,
    `compute     ${scaled(measures.trainingFlopsPerToken, 1000, 'FLOP')} per token to train, ${scaled(measures.generationFlopsPerToken, 1000, 'FLOP')} to generate`,
    `memory      ${scaled(measures.trainingBytes, 1024, 'B')} to train a batch of ${batchSize}, ${scaled(measures.generationBytes, 1024, 'B')} to generate`,
  ].join('\n');
}

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

function scaled(value: number, base: 1000 | 1024, unit: string): string {
  const infix = base === 1024 ? 'i' : '';
  const prefixes = ['', 'K', 'M', 'G', 'T'];
  let power = 0;
  while (value >= base && power < prefixes.length - 1) {
    value /= base;
    power++;
  }
  return `${value.toPrecision(3)} ${prefixes[power]}${power > 0 ? infix : ''}${unit}`;
}
