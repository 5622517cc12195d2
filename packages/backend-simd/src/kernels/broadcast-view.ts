import { sizeOf } from './engine-kernel.ts';

/** How two operands are read as rows of `columns` numbers; strides and steps are those of assembly/binary.ts. */
export interface BroadcastView {
  readonly columns: number;
  readonly a: OperandView;
  readonly b: OperandView;
}

/** From row to row, and from number to number. */
export interface OperandView {
  readonly row: number;
  readonly step: 0 | 1;
}

/** Numbers of a row where any length will do: a multiple of 8. */
const freeColumns = 8192;

interface Extent {
  readonly kind: 'full' | 'single' | 'row' | 'column';
  readonly columns: number;
}

function trimLeft(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((extent) => extent !== 1);
  return first < 0 ? [] : shape.slice(first);
}

function trimRight(shape: readonly number[]): readonly number[] {
  return trimLeft([...shape].reverse())
    .slice()
    .reverse();
}

function extentOf(shape: readonly number[], result: readonly number[]): Extent | undefined {
  const size = sizeOf(shape);
  const total = sizeOf(result);
  if (size === total) return { kind: 'full', columns: 0 };
  if (size === 1) return { kind: 'single', columns: 0 };
  const tail = trimLeft(shape);
  if (result.slice(result.length - tail.length).join() === tail.join()) return { kind: 'row', columns: size };
  if (shape.length !== result.length) return undefined;
  const head = trimRight(shape);
  if (result.slice(0, head.length).join() === head.join()) return { kind: 'column', columns: total / size };
  return undefined;
}

/** The common cases of broadcasting: alike, one number, one row for all, one number for each row. Others: undefined. */
export function broadcastView(
  aShape: readonly number[],
  bShape: readonly number[],
  result: readonly number[],
): BroadcastView | undefined {
  const a = extentOf(aShape, result);
  const b = extentOf(bShape, result);
  if (a === undefined || b === undefined) return undefined;
  if (a.columns > 0 && b.columns > 0 && a.columns !== b.columns) return undefined;
  const columns = Math.max(a.columns, b.columns) || freeColumns;
  const operand = ({ kind }: Extent): OperandView => {
    if (kind === 'full') return { row: columns, step: 1 };
    if (kind === 'row') return { row: 0, step: 1 };
    return { row: kind === 'column' ? 1 : 0, step: 0 };
  };
  return { columns, a: operand(a), b: operand(b) };
}
