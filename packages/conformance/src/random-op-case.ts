import { randomInteger, randomKey, randomNormal, foldIn } from '@gptloom/core';
import type { HostTensor, OpCase, OpName } from './op-case.ts';

/** Sizes are drawn by the property test, so that it can shrink them; values follow from the seed. */
export interface RandomSizes {
  readonly seed: number;
  /** Four sizes of at least 1, used by each op in its own way. */
  readonly sizes: readonly [number, number, number, number];
  /** Choices between options, each used by an op in its own way. */
  readonly choices: readonly [boolean, boolean, boolean, boolean];
}

/** A case of an op with random values. */
export function randomOpCase(op: OpName, { seed, sizes: [a, b, c, d], choices }: RandomSizes): OpCase {
  const key = foldIn(randomKey(seed), op);
  const [first, second, third, fourth] = choices;
  const float = (name: string, ...shape: number[]): HostTensor => ({
    dtype: 'float32',
    shape,
    values: randomNormal(
      foldIn(key, name),
      shape.reduce((x, y) => x * y, 1),
    ),
  });
  const int = (name: string, limit: number, ...shape: number[]): HostTensor => {
    const count = shape.reduce((x, y) => x * y, 1);
    const values = Array.from({ length: count }, (_, i) => randomInteger(foldIn(foldIn(key, name), i), limit));
    return { dtype: 'int32', shape, values };
  };
  const words = (count: number): Uint32Array =>
    Uint32Array.from({ length: count }, (_, i) => randomInteger(foldIn(foldIn(key, 'words'), i), 2 ** 32));
  const build = (inputs: Record<string, HostTensor | undefined>, options: object = {}): OpCase => ({
    op,
    options,
    inputs: Object.fromEntries(
      Object.entries(inputs).filter((entry): entry is [string, HostTensor] => entry[1] !== undefined),
    ),
  });
  switch (op) {
    case 'linear':
      return build({
        x: float('x', a, b, c),
        weight: float('weight', d, c),
        bias: first ? float('bias', d) : undefined,
        residual: second ? float('residual', a, b, d) : undefined,
      });
    case 'linearGelu':
      return build(
        { x: float('x', a, b, c), weight: float('weight', d, c), bias: first ? float('bias', d) : undefined },
        { approximate: second ? 'tanh' : 'none' },
      );
    case 'embedding':
      return build({ ids: int('ids', c, a, b), weight: float('weight', c, d) });
    case 'layerNorm':
      // Of one or two numbers almost nothing is left after the norm, and float32 gradients are all rounding.
      return build(
        { x: float('x', a, b, c + 3), weight: float('weight', c + 3), bias: first ? float('bias', c + 3) : undefined },
        { eps: second ? 1e-5 : 1e-2 },
      );
    case 'rmsNorm':
      return build({ x: float('x', a, b, c + 1), weight: float('weight', c + 1) }, { eps: second ? 1e-5 : 1e-2 });
    case 'gelu':
      return build({ x: float('x', a, b, c) }, { approximate: first ? 'tanh' : 'none' });
    case 'swiglu':
      return build({ gate: float('gate', a, b, c), up: float('up', a, b, c) });
    case 'dropout':
      return build({ x: float('x', a, b, c) }, { rate: first ? 0.3 : 0, keys: words(2 * a) });
    case 'linearCrossEntropy': {
      const targets = int('targets', d, a * b);
      const values = Array.from(targets.values, (target, i) => (second && i % 3 === 1 ? -100 : target));
      return build(
        { hidden: float('hidden', a * b, c), headWeight: float('headWeight', d, c), targets: { ...targets, values } },
        first ? { softCap: 2 } : {},
      );
    }
    case 'appendTokens':
      return build(
        { x: float('x', first ? 1 : a, b, c, 2), added: float('added', first ? 1 : a, d, c, 2) },
        { capacity: second ? b + d : 1 },
      );
    case 'cachedAttention': {
      const kvHeads = first ? 2 : 1;
      const heads = second ? 2 * kvHeads : kvHeads;
      const earlier = (name: string): HostTensor | undefined => (third ? float(name, a, c, kvHeads, d) : undefined);
      return build(
        {
          queryKeyValue: float('queryKeyValue', a, b, (heads + 2 * kvHeads) * d),
          key: earlier('key'),
          value: earlier('value'),
        },
        {
          ...{ heads, kvHeads, capacity: b + c, lastOnly: fourth },
          ...(second ? { window: 1 + (c % 3) } : {}),
          ...(first ? { softCap: 1.5 } : {}),
        },
      );
    }
    case 'packedAttention': {
      const kvHeads = first ? 2 : 1;
      const heads = second ? 2 * kvHeads : kvHeads;
      return build(
        {
          queryKeyValue: float('queryKeyValue', a, b, (heads + 2 * kvHeads) * d),
          keyLengths: fourth ? int('keyLengths', b + 1, a) : undefined,
          segmentIds: third ? int('segmentIds', 2, a, b) : undefined,
        },
        {
          ...{ heads, kvHeads, causal: !fourth },
          ...(second ? { window: 1 + (c % 3) } : {}),
          ...(first ? { softCap: 1.5 } : {}),
          ...(third !== first ? { dropout: { rate: 0.25, keys: words(2 * a) } } : {}),
        },
      );
    }
    case 'attention': {
      const kvHeads = first ? 2 : 1;
      const heads = second ? 2 * kvHeads : kvHeads;
      const cached = third;
      const keyTime = cached ? b + c : b;
      return build(
        {
          query: float('query', a, b, heads, d),
          key: float('key', a, keyTime, kvHeads, d),
          value: float('value', a, keyTime, kvHeads, c),
          queryPositions: cached ? int('queryPositions', keyTime, a, b) : undefined,
          keyLengths: fourth ? int('keyLengths', keyTime + 1, a) : undefined,
          segmentIds: fourth && !cached ? int('segmentIds', 2, a, b) : undefined,
        },
        {
          causal: cached || !fourth,
          ...(second ? { window: 1 + (c % 3) } : {}),
          ...(fourth ? { softCap: 1.5 } : {}),
          ...(first ? { alibiSlopes: Array.from({ length: heads }, (_, h) => 2 ** -(h + 1)) } : {}),
          ...(third !== first ? { dropout: { rate: 0.25, keys: words(2 * a) } } : {}),
        },
      );
    }
  }
}
