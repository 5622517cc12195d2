import { geluGradKernel, geluKernel, swigluGradKernel, swigluKernel, type GeluAttributes } from '@gptloom/ops';
import { numbersOfChunk, sizeOf, type EngineKernel } from './engine-kernel.ts';

const gelu: EngineKernel = ({ inputs: { x }, backend, attributes }) => {
  const { approximate } = attributes as GeluAttributes;
  const y = backend.allocate(x!.shape);
  const name = approximate === 'tanh' ? 'geluTanh' : 'geluExact';
  backend.engine.run(name, [backend.pointer(x!), backend.pointer(y)], sizeOf(x!.shape), numbersOfChunk);
  return y;
};

const geluGrad: EngineKernel = ({ inputs: { dy, x }, backend, attributes }) => {
  const { approximate } = attributes as GeluAttributes;
  const dx = backend.allocate(x!.shape);
  const name = approximate === 'tanh' ? 'geluTanhGradient' : 'geluExactGradient';
  const pointers = [dy!, x!, dx].map((info) => backend.pointer(info));
  backend.engine.run(name, pointers, sizeOf(x!.shape), numbersOfChunk);
  return dx;
};

const swiglu: EngineKernel = ({ inputs: { gate, up }, backend }) => {
  const y = backend.allocate(gate!.shape);
  const pointers = [gate!, up!, y].map((info) => backend.pointer(info));
  backend.engine.run('swiglu', pointers, sizeOf(gate!.shape), numbersOfChunk);
  return y;
};

const swigluGrad: EngineKernel = ({ inputs: { dy, gate, up }, backend }) => {
  const results = [backend.allocate(gate!.shape), backend.allocate(gate!.shape)];
  const pointers = [dy!, gate!, up!, ...results].map((info) => backend.pointer(info));
  backend.engine.run('swigluGradient', pointers, sizeOf(gate!.shape), numbersOfChunk);
  return results;
};

/** GELU and SwiGLU with their gradients. */
export const activationKernels: Readonly<Record<string, EngineKernel>> = {
  [geluKernel]: gelu,
  [geluGradKernel]: geluGrad,
  [swigluKernel]: swiglu,
  [swigluGradKernel]: swigluGrad,
};
