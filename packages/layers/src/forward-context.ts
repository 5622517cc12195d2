import type * as tf from '@tensorflow/tfjs';
import { ConfigError, foldIn, randomKey, type RandomKey } from '@gptloom/core';
import { AdapterEntry } from './adapter-entry.ts';
import type { KeyValueCache } from './key-value-cache.ts';
import type { AnyModule } from './module.ts';
import { namedModules } from './module-tree.ts';

/** Sees named intermediates of a forward pass, such as attention weights. */
export interface Observer {
  /** The names to report, for example `['attentionWeights']`; a layer computes what is costly only when asked. */
  readonly names: readonly string[];
  /** Receives an intermediate. It is freed after the block that made it: `tf.keep` or read it here. */
  see(path: string, name: string, tensor: tf.Tensor): void;
}

/** What a forward pass carries beside its input. There are no globals. */
export interface ForwardContext {
  /** Whether this is a training pass; dropout is active only there. */
  readonly training: boolean;
  /** int32 `[batch, time]`: place of every token in its sequence. */
  readonly positions: tf.Tensor2D;
  /** int32 `[batch]`: how many keys of each row are real; absent when all are. */
  readonly keyLengths: tf.Tensor1D | undefined;
  /** int32 `[batch, time]`: document of each token when several share a row. */
  readonly segmentIds: tf.Tensor2D | undefined;
  /** Keys and values of earlier tokens, in generation. */
  readonly cache: KeyValueCache | undefined;
  /** Name of the active adapter, or none. */
  readonly adapter: string | undefined;
  /** Sees named intermediates, or nobody does. */
  readonly observer: Observer | undefined;
  /** Random keys of a module's named draw at this step: `[batch * 2]` words, one key for each row of the batch. */
  key(module: AnyModule, draw: string): Uint32Array;
  /** Adds an auxiliary loss, a scalar that the caller weighs; a second one of the same module takes the place of the first. */
  addLoss(module: AnyModule, loss: tf.Scalar): void;
  /** The auxiliary losses added so far, by the module that added them. */
  readonly auxiliaryLosses: ReadonlyMap<AnyModule, tf.Scalar>;
  /** Path of a module below the root of this pass. */
  path(module: AnyModule): string;
}

/** How a context is made; see ForwardContext for the fields that it carries on. */
export interface ForwardContextOptions {
  /** Whether this is a training pass. Default false. */
  readonly training?: boolean | undefined;
  /** int32 `[batch, time]`: place of every token in its sequence. */
  readonly positions: tf.Tensor2D;
  /** int32 `[batch]`: how many keys of each row are real. Default all. */
  readonly keyLengths?: tf.Tensor1D | undefined;
  /** int32 `[batch, time]`: document of each token. Default one document a row. */
  readonly segmentIds?: tf.Tensor2D | undefined;
  /** Keys and values of earlier tokens. Default none. */
  readonly cache?: KeyValueCache | undefined;
  /** Name of the active adapter. Default none. */
  readonly adapter?: string | undefined;
  /** Sees named intermediates. Default nobody. */
  readonly observer?: Observer | undefined;
  /** Seed of the random draws. Default 0. */
  readonly seed?: number | undefined;
  /** Training step, folded into every key. Default 0. */
  readonly step?: number | undefined;
  /** `[batch]`: each row's place in the global batch, folded into its key. Default 0, 1, 2, ... */
  readonly globalRows?: ArrayLike<number> | undefined;
}

/**
 * The context of one forward pass below `root`, and the auxiliary losses that its modules added. The tensors in it stay the
 * caller's.
 *
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { createForwardContext, initialize, Linear } from '@gptloom/layers';
 *
 * const linear = new Linear({ inDim: 4, outDim: 2 });
 * initialize(linear, { seed: 1 });
 * const context = createForwardContext(linear, { positions: tf.tensor2d([[0, 1, 2]], [1, 3], 'int32') });
 * linear.forward(tf.ones([1, 3, 4]), context).print();
 * ```
 *
 * @throws ConfigError for an adapter that no layer below `root` has
 */
export function createForwardContext(root: AnyModule, options: ForwardContextOptions): ForwardContext {
  // Made when first asked for: generation asks for none, and makes a context for each token.
  let known: ReadonlyMap<AnyModule, string> | undefined;
  const paths = (): ReadonlyMap<AnyModule, string> =>
    (known ??= new Map([...namedModules(root)].map(([path, module]) => [module, path])));
  if (options.adapter !== undefined) assertAdapter(paths().keys(), options.adapter);
  const auxiliaryLosses = new Map<AnyModule, tf.Scalar>();
  const rows = options.positions.shape[0];
  const seed = randomKey(options.seed ?? 0);
  let folded: RandomKey | undefined;
  const stepKey = (): RandomKey => (folded ??= foldIn(foldIn(seed, 'forward'), options.step ?? 0));
  const path = (module: AnyModule): string => {
    const found = paths().get(module);
    if (found !== undefined) return found;
    throw new ConfigError({
      who: 'ForwardContext',
      rule: 'a module must be reachable from the root of the forward pass through public fields and arrays',
      received: `a ${module.constructor.name} that is not`,
    });
  };
  return {
    training: options.training ?? false,
    positions: options.positions,
    keyLengths: options.keyLengths,
    segmentIds: options.segmentIds,
    cache: options.cache,
    adapter: options.adapter,
    observer: options.observer,
    auxiliaryLosses,
    path,
    key(module, draw) {
      const drawKey = foldIn(foldIn(stepKey(), path(module)), draw);
      const keys = new Uint32Array(rows * 2);
      for (let row = 0; row < rows; row++) {
        keys.set(foldIn(drawKey, options.globalRows?.[row] ?? row), row * 2);
      }
      return keys;
    },
    addLoss(module, loss) {
      auxiliaryLosses.set(module, loss);
    },
  };
}

function assertAdapter(modules: Iterable<AnyModule>, name: string): void {
  const names = new Set<string>();
  for (const module of modules) {
    if (!AdapterEntry.isInstance(module)) continue;
    if (module.name === name) return;
    names.add(module.name);
  }
  throw new ConfigError({
    who: 'ForwardContext',
    rule: 'adapter must name an adapter of a layer below the root',
    received: JSON.stringify(name),
    suggestion: names.size === 0 ? 'leave it out: the model has no adapters' : [...names].join(', '),
  });
}
