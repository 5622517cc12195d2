/** Marks modules; registered symbols work across duplicate copies of the package, where `instanceof` does not. */
export const moduleBrand: unique symbol = Symbol.for('gptloom.module');
/** Marks parameters. */
export const parameterBrand: unique symbol = Symbol.for('gptloom.parameter');
/** Marks the entries of an adapter slot. */
export const adapterBrand: unique symbol = Symbol.for('gptloom.adapter');

/** Whether `value` is an object that carries `brand`. */
export function hasBrand(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && brand in value;
}
