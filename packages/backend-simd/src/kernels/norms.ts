import {
  layerNormGradKernel,
  layerNormKernel,
  rmsNormGradKernel,
  rmsNormKernel,
  type NormAttributes,
} from '@gptloom/ops';
import type { SimdBackend } from '../simd-backend.ts';
import { numbersOfChunk, rowsOf, rowsOfChunk, type EngineKernel } from './engine-kernel.ts';

const layerNorm: EngineKernel = ({ inputs: { x, weight, bias }, backend, attributes }) => {
  const { eps, withStatistics } = attributes as NormAttributes;
  const rows = rowsOf(x!.shape);
  const dim = x!.shape.at(-1)!;
  const y = backend.allocate(x!.shape);
  const statistics = withStatistics ? [1, 2].map(() => backend.allocate(x!.shape.slice(0, -1))) : [];
  const [mean = 0, reciprocalStd = 0] = statistics.map((info) => backend.pointer(info));
  const inputs = [backend.pointer(x!), backend.pointer(weight!), bias === undefined ? 0 : backend.pointer(bias)];
  const values = [...inputs, backend.pointer(y), mean, reciprocalStd, dim, eps];
  backend.engine.run('layerNorm', values, rows, rowsOfChunk(dim));
  return [y, ...statistics];
};

const rmsNorm: EngineKernel = ({ inputs: { x, weight }, backend, attributes }) => {
  const { eps, withStatistics } = attributes as NormAttributes;
  const rows = rowsOf(x!.shape);
  const dim = x!.shape.at(-1)!;
  const results = [backend.allocate(x!.shape)];
  if (withStatistics) results.push(backend.allocate(x!.shape.slice(0, -1)));
  const [y, reciprocalRms = 0] = results.map((info) => backend.pointer(info));
  const values = [backend.pointer(x!), backend.pointer(weight!), y!, reciprocalRms, dim, eps];
  backend.engine.run('rmsNorm', values, rows, rowsOfChunk(dim));
  return results;
};

/** Rows whose sums for weight and bias are one part: at most 32 parts, so that adding them up costs little. */
function rowsOfPart(rows: number, dim: number): number {
  return Math.max(rowsOfChunk(dim), Math.ceil(rows / 32));
}

/** Runs a gradient kernel in parts of `count` rows of sums each, and adds these up. */
function addUpParts(
  backend: SimdBackend,
  count: number,
  rows: number,
  dim: number,
  gradient: (parts: number, partRows: number, partCount: number) => void,
): ReturnType<SimdBackend['allocate']>[] {
  const partRows = rowsOfPart(rows, dim);
  const partCount = Math.ceil(rows / partRows);
  const results = Array.from({ length: count }, () => backend.allocate([dim]));
  const { engine } = backend;
  if (partCount === 0) {
    for (const result of results) engine.run('fill', [backend.pointer(result), 0], dim, dim);
    return results;
  }
  const stride = count * dim;
  const bytes = 4 * stride * partCount;
  const parts = engine.pool.allocate(bytes);
  gradient(parts, partRows, partCount);
  for (const [index, result] of results.entries()) {
    engine.run('addParts', [parts + 4 * index * dim, partCount, stride, backend.pointer(result)], dim, numbersOfChunk);
  }
  engine.pool.release(parts, bytes);
  return results;
}

/**
 * The gradients of a norm, of x and of `count` parameters. `statistics` are the inputs that the forward pass made. The gradient of x is added
 * to `sum` where that is given.
 */
const normGrad =
  (kernel: string, statistics: readonly string[], count: number): EngineKernel =>
  ({ inputs, backend }) => {
    const { dy, x, weight, sum } = inputs;
    const rows = rowsOf(x!.shape);
    const dim = x!.shape.at(-1)!;
    const dx = sum ?? backend.allocate(x!.shape);
    const pointers = [dy!, x!, weight!, ...statistics.map((name) => inputs[name]!), dx].map((info) =>
      backend.pointer(info),
    );
    const adds = Number(sum !== undefined);
    const sums = addUpParts(backend, count, rows, dim, (parts, partRows, partCount) => {
      backend.engine.run(kernel, [...pointers, adds, parts, dim, rows, partRows], partCount, 1);
    });
    return sum === undefined ? [dx, ...sums] : sums;
  };

/** Layer norm and RMS norm with their gradients. */
export const normKernels: Readonly<Record<string, EngineKernel>> = {
  [layerNormKernel]: layerNorm,
  [layerNormGradKernel]: normGrad('layerNormGradient', ['mean', 'reciprocalStd'], 2),
  [rmsNormKernel]: rmsNorm,
  [rmsNormGradKernel]: normGrad('rmsNormGradient', ['reciprocalRms'], 1),
};
