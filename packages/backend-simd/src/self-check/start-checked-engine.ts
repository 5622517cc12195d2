import { BackendError } from '@gptloom/core';
import { Engine, type SimdBackendOptions } from '../engine.ts';
import { chooseTile, findWrongKernel } from './check-engine.ts';

/**
 * Starts the engine and checks its kernels. If one gives wrong numbers with 256-bit operations, which are an experiment of V8's, the
 * engine is started without them, and says so.
 *
 * @throws BackendError where a kernel gives wrong numbers without them
 */
export async function startCheckedEngine(options: SimdBackendOptions, start = Engine.start): Promise<Engine> {
  let engine = await start(options);
  let wrong = findWrongKernel(engine);
  if (wrong !== undefined && engine.wide) {
    engine.dispose();
    engine = await start({ ...options, wideSimd: false });
    engine.lacks(`no 256-bit operations: with them ${wrong}`);
    wrong = findWrongKernel(engine);
  }
  if (wrong !== undefined) {
    engine.dispose();
    throw new BackendError({ who: 'simd', rule: 'kernels must agree with plain loops', received: wrong });
  }
  chooseTile(engine);
  return engine;
}
