import type { AnyModule } from './module.ts';
import { walkModules } from './module-tree.ts';

/** One parameter of a summary. */
export interface SummaryRow {
  /** Its path below the root. */
  readonly path: string;
  /** Class name of the module that owns it. */
  readonly type: string;
  /** Size of every dimension. */
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly parameters: number;
  /** Whether training changes it. */
  readonly trainable: boolean;
}

/** What a module consists of. */
export interface ModuleSummary {
  /** One row for each parameter, in the order of the tree; a shared one appears once. */
  readonly rows: readonly SummaryRow[];
  /** Elements of all parameters. */
  readonly parameters: number;
  /** Elements of the parameters that training changes. */
  readonly trainable: number;
  /** The rows and sums as an aligned text of several lines. */
  readonly table: string;
}

/**
 * Lists the parameters below `root`. It needs no values: a model can be summarized before `initialize`.
 *
 * ```ts
 * import { FeedForward, summarize } from '@gptloom/layers';
 *
 * console.log(summarize(new FeedForward({ embedDim: 64 })).table);
 * ```
 */
export function summarize(root: AnyModule): ModuleSummary {
  const rows: SummaryRow[] = [];
  walkModules(root, {
    module: () => undefined,
    parameter(path, { shape, size, trainable }, owner) {
      rows.push({ path, type: owner.constructor.name, shape, parameters: size, trainable });
    },
  });
  const sum = (some: readonly SummaryRow[]): number => some.reduce((total, row) => total + row.parameters, 0);
  const parameters = sum(rows);
  const trainable = sum(rows.filter((row) => row.trainable));
  return { rows, parameters, trainable, table: formatTable(rows, parameters, trainable) };
}

function formatTable(rows: readonly SummaryRow[], parameters: number, trainable: number): string {
  const number = (value: number): string => value.toLocaleString('en-US');
  const cells = [
    ['parameter', 'layer', 'shape', 'elements', ''],
    ...rows.map((row) => [
      row.path,
      row.type,
      `[${row.shape.join(', ')}]`,
      number(row.parameters),
      row.trainable ? '' : 'frozen',
    ]),
    ['total', '', '', number(parameters), ''],
    ['trainable', '', '', number(trainable), ''],
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => (column === 3 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}
