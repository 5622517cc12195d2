/** Numbers of a tensor in plain loops: float64, so that only the kernel rounds. */
export type Plain = Float64Array;

/** A tensor that a kernel is given: float32, int32 or bool, as its values are. */
export interface CaseInput {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** A small call of a kernel and what must come out of it. */
export interface KernelCase {
  /** The name under which TensorFlow.js or an op finds the kernel. */
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, CaseInput>>;
  readonly attributes?: object;
  /** The outputs from the inputs' numbers. Of a kernel without outputs: what its inputs of these names become. */
  readonly plain: (
    x: Readonly<Record<string, ArrayLike<number>>>,
  ) => readonly Plain[] | Readonly<Record<string, Plain>>;
}

/** `n` numbers by index. */
export function make(n: number, value: (i: number) => number): Plain {
  const numbers = new Float64Array(n);
  for (let i = 0; i < n; i++) numbers[i] = value(i);
  return numbers;
}

/** The sum of `n` terms. */
export function sum(n: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += term(i);
  return total;
}

/** Numbers between `-size` and `size`, which repeat after a prime number of them: cheap to make, and no row like the next. */
export function spread(shape: readonly number[], phase = 0, size = 1): CaseInput {
  const values = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
  for (let i = 0; i < values.length; i++) values[i] = size * (((61 * i + 23 * phase) % 97) / 48 - 1);
  return { shape, values };
}

/** Numbers between 1/2 and 5/2. */
export function positive(shape: readonly number[], phase = 0): CaseInput {
  const { values } = spread(shape, phase);
  return { shape, values: values.map((value) => value + 1.5) };
}

/** Integers. */
export function integers(shape: readonly number[], value: (i: number) => number): CaseInput {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return { shape, values: Int32Array.from({ length: count }, (_, i) => value(i)) };
}
