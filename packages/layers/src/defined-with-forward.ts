/**
 * Whether the class that defines the layer's `forward` defines `method` too, a shortcut for `forward` and something more. A class that
 * overrides `forward` alone means both, so the shortcut it inherits must not be taken; nor where `forward` of one object was replaced.
 */
export function definedWithForward(layer: object, method: string): boolean {
  let owner: object | null = layer;
  while (owner !== null && !Object.hasOwn(owner, 'forward')) owner = Object.getPrototypeOf(owner) as object | null;
  return owner !== null && Object.hasOwn(owner, method);
}
