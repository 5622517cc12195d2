/** Whether a value lies exactly between two neighbours of `digits` decimals. Only dyadic fractions can. */
function isTie(value: number, digits: number): boolean {
  return Number.isInteger(value * 2 ** (digits + 1)) && Math.abs((value * 10 ** digits) % 1) === 0.5;
}

/** A number with a fixed count of decimals, ties to the even digit, as Python's `format(value, '.2f')`. */
export function formatFixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!isTie(value, digits)) return value.toFixed(digits);
  const scaled = Math.floor(value * 10 ** digits);
  return ((scaled % 2 === 0 ? scaled : scaled + 1) / 10 ** digits).toFixed(digits);
}

/** Pads a text on the left to a width in code points. */
export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - [...text].length)) + text;
}
