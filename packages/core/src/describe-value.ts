/**
 * A short text for an arbitrary value in an error message: strings quoted, long ones cut, objects by their type, arrays
 * within arrays by their length.
 */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
  if (Array.isArray(value)) {
    if (value.length > 8) return `an array of ${value.length}`;
    return `[${value.map((item) => (Array.isArray(item) ? `an array of ${item.length}` : describeValue(item))).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const name = (value.constructor as { name?: string } | undefined)?.name;
    if (name === undefined || name === '' || name === 'Object') return 'an object';
    // A U is left out: a Uint8Array, a URL.
    return `${/^[aeio]/i.test(name) ? 'an' : 'a'} ${name}`;
  }
  return String(value);
}
