import { namedParameters } from '@gptloom/layers';
import type { GptModel } from './gpt-model.ts';
import { generationBytes, trainingBytes } from './memory-estimate.ts';

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
  /**
   * Bytes of a training step of one batch at the full context at its peak: weights, gradients, AdamW's two moments, activations.
   * On `simd` at least what the engine will take, and close to it; on other backends, whose ops take more, and for components
   * of its own an estimate from the configuration.
   */
  readonly trainingBytes: number;
  /** Bytes of generation at its peak: weights, keys and values of the full context, and the pass that reads as long a prompt. */
  readonly generationBytes: number;
}

/**
 * The costs of a model. FLOPs per token are `6 N + 12 L H Q T` (Chowdhery et al. 2022, PaLM, appendix B) with N the
 * parameters that take part in a matrix product: embeddings are looked up, a tied one counts as the output head.
 */
export function measureModel(model: GptModel, batchSize: number): ModelMeasures {
  const { numLayers, embedDim, maxSeqLen, vocabSize } = model.config;
  const all = [...namedParameters(model).values()];
  const parameters = all.reduce((sum, parameter) => sum + parameter.size, 0);
  const trainable = all.reduce((sum, parameter) => sum + (parameter.trainable ? parameter.size : 0), 0);
  const matrices = all.reduce((sum, { role, size }) => sum + (role === 'matrix' || role === 'head' ? size : 0), 0);
  const multiplied = matrices + (model.head === undefined ? vocabSize * embedDim : 0);
  const attention = numLayers * embedDim * maxSeqLen;
  return {
    parameters,
    trainableParameters: trainable,
    trainingFlopsPerToken: 6 * multiplied + 12 * attention,
    generationFlopsPerToken: 2 * multiplied + 4 * attention,
    trainingBytes: trainingBytes(model, { rows: batchSize, time: maxSeqLen, accumulates: false }, 'logits'),
    generationBytes: generationBytes(model, { time: maxSeqLen, cached: maxSeqLen }),
  };
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
  const lines = rows.map(([name, size]) => {
    const all = name.startsWith('  blocks.*.') ? ` in ${numLayers} ${numLayers === 1 ? 'block' : 'blocks'}` : '';
    return `${name.padEnd(width)}  ${size.padStart(12)}${all}`;
  });
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
