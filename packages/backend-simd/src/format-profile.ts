import type { KernelProfile } from './kernel-profile.ts';

const headings = ['kernel', 'calls', 'ms', 'share', 'GFLOP', 'GFLOP/s', 'GB', 'GB/s'];

/** The table of a profile: kernels by time, the slow form of TensorFlow.js marked, then all that is not in kernels. */
export function formatProfile({ rows, milliseconds, peakBytes }: KernelProfile): string {
  const inKernels = rows.reduce((sum, row) => sum + row.milliseconds, 0);
  const cells = rows.map((row) => [
    row.where === 'engine' ? row.kernel : `${row.kernel} (JavaScript)`,
    String(row.calls),
    row.milliseconds.toFixed(1),
    percent(row.share),
    ...rate(row.flops, row.gflopsPerSecond),
    ...rate(row.bytes, row.gigabytesPerSecond),
  ]);
  const share = (part: number): string => percent(milliseconds > 0 ? part / milliseconds : 0);
  const outside = milliseconds - inKernels;
  const calls = String(rows.reduce((sum, row) => sum + row.calls, 0));
  const last = [
    ['outside of kernels', '', outside.toFixed(1), share(outside), '', '', '', ''],
    ['all', calls, milliseconds.toFixed(1), share(milliseconds), '', '', '', ''],
  ];
  const table = [headings, ...cells, ...last];
  const widths = headings.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, `most memory in use: ${(peakBytes / 2 ** 20).toFixed(1)} MiB`].join('\n');
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** An amount and its rate; nothing where there is none. */
const rate = (amount: number, perSecond: number): [string, string] =>
  amount === 0 ? ['', ''] : [(amount / 1e9).toFixed(3), perSecond.toFixed(1)];
