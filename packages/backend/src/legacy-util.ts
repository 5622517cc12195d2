/**
 * The functions of `node:util` that `@tensorflow/tfjs-node` 4.22 calls and that Node 23 removed (Node 22 prints a
 * deprecation warning for them), as they were.
 */
const legacyFunctions: Readonly<Record<string, (value: unknown) => boolean>> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: (value) => Array.isArray(value),
};

/**
 * Puts back what TensorFlow's native package needs of `node:util`. The module object is shared by the process, so this
 * is seen by all code in it; each function does what it always did, without the warning.
 */
export function restoreLegacyUtil(util: Record<string, unknown>): void {
  for (const [name, legacy] of Object.entries(legacyFunctions)) util[name] = legacy;
}
