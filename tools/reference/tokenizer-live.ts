/** Compares encodings of the reference, which tokenizer_live.py writes, with gptloom's; prints the first differences. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { JsonTokenizer, type Encoding } from '@gptloom/tokenizer';

interface Reference {
  readonly ids: number[];
  readonly tokens: string[];
  readonly offsets: [number, number][];
  readonly typeIds: number[];
  readonly wordIds: (number | null)[];
  readonly special: number[];
  readonly attention: number[];
  readonly overflowing: Reference[];
}
type OrError<T> = T | { readonly error: string };
interface Case {
  readonly text: string;
  readonly plain: OrError<number[]>;
  readonly full: OrError<Reference>;
  readonly ids?: number[];
  readonly decoded?: OrError<string>;
  readonly decodedAll?: OrError<string>;
  readonly pair?: string;
  readonly pairFull?: OrError<Reference>;
  readonly limited?: OrError<Reference[]>;
  readonly limitedText?: string;
  readonly limitedPair?: string;
  readonly truncation?: { max_length: number; stride: number; strategy: string; direction: 'left' | 'right' };
  readonly padding?: {
    direction: 'left' | 'right';
    length: number | null;
    pad_to_multiple_of: number | null;
    pad_id: number;
    pad_token: string;
    pad_type_id: number;
  };
}

const path = process.argv[2]!;
const {
  name,
  tokenizer: json,
  cases,
} = JSON.parse(readFileSync(path, 'utf8')) as {
  name: string;
  tokenizer: string;
  cases: Case[];
};
const start = performance.now();
const tokenizer = JsonTokenizer.fromJson(json);
const loading = performance.now() - start;
writeFileSync(join(dirname(path), 'written.json'), tokenizer.toFiles()['tokenizer.json']);

let compared = 0;
let different = 0;
function compare(what: string, text: string, expected: unknown, make: () => unknown): void {
  compared++;
  let found: unknown;
  try {
    found = make();
  } catch (error) {
    found = { error: String(error) };
  }
  const failed = typeof expected === 'object' && expected !== null && 'error' in expected;
  const fails = typeof found === 'object' && found !== null && 'error' in found;
  // What makes the reference panic may do better here.
  if (
    failed &&
    (fails || /panic|index out of|overflow|underflow|range end|slice index|subtract/i.test(String(expected.error)))
  )
    return;
  if (isDeepStrictEqual(expected, found)) return;
  if (++different > 6) return;
  console.log(`${name}: ${what} of ${JSON.stringify(text)}`);
  if (!failed && !fails && typeof expected === 'object' && !Array.isArray(expected)) {
    for (const key of Object.keys(expected as object)) {
      const [a, b] = [expected, found].map((one) => (one as Record<string, unknown>)[key]);
      if (!isDeepStrictEqual(a, b)) console.log(`  ${key}\n    ${JSON.stringify(a)}\n    ${JSON.stringify(b)}`);
    }
  } else console.log(`    ${JSON.stringify(expected)}\n    ${JSON.stringify(found)}`);
}

function plainEncoding(one: Encoding): Reference {
  return {
    ids: [...one.ids],
    tokens: [...one.tokens],
    offsets: one.offsets.map(([from, to]) => [from, to]),
    typeIds: [...one.typeIds],
    wordIds: one.wordIds.map((id) => id ?? null),
    special: [...one.specialTokensMask],
    attention: [...one.attentionMask],
    overflowing: one.overflowing.map(plainEncoding),
  };
}

const strategies = { longest_first: 'longestFirst', only_first: 'onlyFirst', only_second: 'onlySecond' } as const;

cases.forEach((one, i) => {
  const { text, pair, limitedText: first, limitedPair: second } = one;
  compare('plain ids', text, one.plain, () => tokenizer.encode(text));
  compare('encoding', text, one.full, () => plainEncoding(tokenizer.encodeDetailed(text, { allowedSpecial: 'all' })));
  if (!('error' in one.plain)) {
    const plainIds = one.plain;
    compare('detailed plain ids', text, plainIds, () => [
      ...tokenizer.encodeDetailed(text, { addSpecialTokens: false }).ids,
    ]);
  }
  if (one.ids !== undefined) {
    const { ids } = one;
    compare('decoded', text, one.decoded, () => tokenizer.decode(ids));
    compare('decoded with special tokens', text, one.decodedAll, () => tokenizer.decode(ids, { keepSpecial: true }));
    compare('streamed', text, one.decodedAll, () => {
      const stream = tokenizer.streamDecoder({ keepSpecial: true });
      return ids.map((id) => stream.push(id)).join('') + stream.flush();
    });
  }
  if (pair === undefined) return;
  compare('pair', text, one.pairFull, () =>
    plainEncoding(tokenizer.encodeDetailed(text, { pair, allowedSpecial: 'all' })),
  );
  const { truncation, padding } = one;
  compare('cut and filled', `${first} + ${second} ${JSON.stringify({ truncation, padding })}`, one.limited, () =>
    tokenizer
      .encodeBatch(i % 8 === 0 ? [first!, [first!, second!]] : [first!, second!], {
        allowedSpecial: 'all',
        addSpecialTokens: i % 12 !== 0,
        truncation: {
          maxLength: truncation!.max_length,
          stride: truncation!.stride,
          direction: truncation!.direction,
          strategy: strategies[truncation!.strategy as keyof typeof strategies],
        },
        padding: {
          length: padding!.length ?? undefined,
          multipleOf: padding!.pad_to_multiple_of ?? undefined,
          direction: padding!.direction,
          id: padding!.pad_id,
          token: padding!.pad_token,
          typeId: padding!.pad_type_id,
        },
      })
      .map(plainEncoding),
  );
});
console.log(`${name}: ${compared} comparisons, ${different} differences, loaded in ${loading.toFixed(0)} ms`);
process.exitCode = different > 0 ? 1 : 0;
