import {
  linearGeluKernel,
  linearGradBiasKernel,
  linearGradInputKernel,
  linearGradWeightKernel,
  linearKernel,
  type LinearGeluAttributes,
} from '@gptloom/ops';
import { multiply } from '../matrix-product.ts';
import { rowsOf, type EngineKernel } from './engine-kernel.ts';

const linear: EngineKernel = ({ inputs: { x, weight, bias, residual }, backend }) => {
  const [n, k] = weight!.shape as [number, number];
  const y = backend.allocate([...x!.shape.slice(0, -1), n]);
  multiply(backend.engine, {
    ...{ m: rowsOf(x!.shape), n, k, transposedB: true },
    ...{ a: backend.pointer(x!), b: backend.pointer(weight!), c: backend.pointer(y) },
    bias: bias === undefined ? undefined : backend.pointer(bias),
    residual: residual === undefined ? undefined : backend.pointer(residual),
  });
  return y;
};

const linearGelu: EngineKernel = ({ inputs: { x, weight, bias }, backend, attributes }) => {
  const { approximate, withSlopes } = attributes as LinearGeluAttributes;
  const [n, k] = weight!.shape as [number, number];
  const shape = [...x!.shape.slice(0, -1), n];
  const activated = backend.allocate(shape);
  const slopes = withSlopes ? backend.allocate(shape) : activated;
  multiply(backend.engine, {
    ...{ m: rowsOf(x!.shape), n, k, transposedB: true },
    ...{ a: backend.pointer(x!), b: backend.pointer(weight!), c: backend.pointer(slopes) },
    bias: bias === undefined ? undefined : backend.pointer(bias),
    gelu: { activated: backend.pointer(activated), exact: approximate === 'none', slopes: withSlopes },
  });
  return withSlopes ? [activated, slopes] : [activated];
};

const linearGradInput: EngineKernel = ({ inputs: { dy, weight }, backend }) => {
  const [k, n] = weight!.shape as [number, number];
  const dx = backend.allocate([...dy!.shape.slice(0, -1), n]);
  multiply(backend.engine, {
    ...{ m: rowsOf(dy!.shape), n, k },
    ...{ a: backend.pointer(dy!), b: backend.pointer(weight!), c: backend.pointer(dx) },
  });
  return dx;
};

const linearGradWeight: EngineKernel = ({ inputs: { dy, x }, backend }) => {
  const [m, n] = [dy!.shape.at(-1)!, x!.shape.at(-1)!];
  const gradient = backend.allocate([m, n]);
  multiply(backend.engine, {
    ...{ m, n, k: rowsOf(dy!.shape), transposedA: true },
    ...{ a: backend.pointer(dy!), b: backend.pointer(x!), c: backend.pointer(gradient) },
  });
  return gradient;
};

const linearGradBias: EngineKernel = ({ inputs: { dy }, backend }) => {
  const columns = dy!.shape.at(-1)!;
  const rows = rowsOf(dy!.shape);
  const gradient = backend.allocate([columns]);
  const items = Math.ceil(columns / 32);
  const chunk = rows * columns < 20_000 ? items : 1;
  backend.engine.run('columnSums', [rows, columns, backend.pointer(dy!), backend.pointer(gradient)], items, chunk);
  return gradient;
};

/** The affine map and its gradients. */
export const linearKernels: Readonly<Record<string, EngineKernel>> = {
  [linearKernel]: linear,
  [linearGeluKernel]: linearGelu,
  [linearGradInputKernel]: linearGradInput,
  [linearGradWeightKernel]: linearGradWeight,
  [linearGradBiasKernel]: linearGradBias,
};
