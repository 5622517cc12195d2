import { ConfigError } from '@gptloom/core';
import type { AnyModule } from './module.ts';
import { namedParameters } from './module-tree.ts';
import type { Parameter } from './parameter.ts';

/**
 * Freezes (`false`) or thaws (`true`) the parameters below `root` that the selector picks; default all. A frozen parameter
 * keeps its values in training and takes no optimizer memory.
 *
 * ```ts
 * import { initialize, Linear, setTrainable } from '@gptloom/layers';
 *
 * const head = new Linear({ inDim: 8, outDim: 2 });
 * setTrainable(head, false, (path) => path.endsWith('bias'));
 * ```
 *
 * @throws ConfigError where the selector picks nothing, which is a path mistyped
 */
export function setTrainable(
  root: AnyModule,
  trainable: boolean,
  selector?: (path: string, parameter: Parameter) => boolean,
): void {
  const parameters = namedParameters(root);
  const picked = [...parameters].filter(([path, parameter]) => selector?.(path, parameter) ?? true);
  if (picked.length === 0 && selector !== undefined) {
    throw new ConfigError({
      who: 'setTrainable',
      rule: 'the selector must pick at least one parameter',
      received: `a selector that picks none of ${parameters.size}`,
      suggestion: `paths such as ${[...parameters.keys()].slice(0, 3).join(', ')}`,
    });
  }
  for (const [, parameter] of picked) parameter.trainable = trainable;
}
