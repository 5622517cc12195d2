/** Rows of unequal length as one row-major array, each filled up to the longest with `fill`. */
export function padRows(
  rows: readonly (readonly number[])[],
  fill: number,
): { readonly time: number; readonly values: Int32Array; readonly lengths: Int32Array } {
  const lengths = Int32Array.from(rows, (row) => row.length);
  const time = rows.reduce((longest, row) => Math.max(longest, row.length), 0);
  const values = new Int32Array(rows.length * time).fill(fill);
  rows.forEach((row, index) => values.set(row, index * time));
  return { time, values, lengths };
}
