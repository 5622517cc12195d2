import { readFileSync } from 'node:fs';
import { ConfigError, directoryStore, FormatError, MemoryFileStore, ShapeError } from '@gptloom/core';
import type { FileStore } from '@gptloom/core';
import {
  decodeSafetensors,
  encodeSafetensors,
  openSafetensors,
  toBfloat16,
  toFloat16,
  toFloat32,
  writeSafetensors,
} from '@gptloom/formats';
import type { TensorData, TensorSource } from '@gptloom/formats';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Golden {
  cases: {
    name: string;
    metadata: Record<string, string>;
    tensors: Record<string, { shape: number[]; elements: (number | string)[] }>;
    base64: string;
  }[];
  rounding: { float32: number[]; float16: number[]; bfloat16: number[]; allHalvesSum: number };
}
const golden = JSON.parse(readFileSync(new URL('./golden/safetensors.json', import.meta.url), 'utf8')) as Golden;
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

function withHeader(header: string | Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}
const f32 = (begin: number, end: number): string => `{"dtype":"F32","shape":[1],"data_offsets":[${begin},${end}]}`;

describe.each(golden.cases)('the reference file with $name', ({ metadata, tensors, base64 }) => {
  const bytes = bytesOf(base64);

  it('decodes to the same elements', () => {
    const decoded = decodeSafetensors(bytes);
    expect(Object.fromEntries(decoded.metadata)).toEqual(metadata);
    expect([...decoded.tensors.keys()].sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, { shape, elements }] of Object.entries(tensors)) {
      const tensor = decoded.tensors.get(name)!;
      expect(tensor.shape).toEqual(shape);
      expect(
        Array.from<number | bigint, number | string>(tensor.data as ArrayLike<number | bigint>, (x) =>
          typeof x === 'bigint' ? String(x) : x,
        ),
      ).toEqual(elements);
    }
  });

  it('is written again byte for byte, in memory and streamed, whatever the order given', async () => {
    const decoded = decodeSafetensors(bytes);
    expect(encodeSafetensors(decoded.tensors, { metadata })).toEqual(bytes);
    expect(encodeSafetensors(Object.fromEntries([...decoded.tensors].reverse()), { metadata })).toEqual(bytes);
    const store = new MemoryFileStore();
    const sources = [...decoded.tensors]
      .reverse()
      .map(([name, t]) => ({ ...t, name, data: () => t.data }) as TensorSource);
    await writeSafetensors(store, 'model.safetensors', sources, { metadata });
    expect(await store.read('model.safetensors')).toEqual(bytes);
  });

  it('is read tensor by tensor from a directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gptloom-formats-'));
    try {
      const store = directoryStore(directory);
      await store.write('model.safetensors', bytes);
      const reader = await openSafetensors(store, 'model.safetensors');
      for (const [name, tensor] of decodeSafetensors(bytes).tensors) expect(await reader.read(name)).toEqual(tensor);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('rounding', () => {
  const values = new Float32Array(Int32Array.from(golden.rounding.float32).buffer);

  it('to float16 and bfloat16 equals PyTorch bit for bit', () => {
    expect(Array.from(toFloat16(values))).toEqual(golden.rounding.float16);
    expect(Array.from(toBfloat16(values))).toEqual(golden.rounding.bfloat16);
  });

  it('widens every float16 exactly: rounding it again gives the same bits', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const wide = toFloat32({ dtype: 'F16', shape: [65536], data: all });
    const back = toFloat16(wide);
    let sum = 0;
    for (let i = 0; i < all.length; i++) {
      if (Number.isNaN(wide[i])) expect(back[i]! & 0x7fff).toBe(0x7e00);
      else if (back[i] !== i) expect(back[i]).toBe(i);
      if (Number.isFinite(wide[i])) sum += Math.abs(wide[i]!);
    }
    expect(sum).toBe(golden.rounding.allHalvesSum);
  });

  it('widens every bfloat16 exactly and keeps NaN', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const wide = toFloat32({ dtype: 'BF16', shape: [65536], data: all });
    const wrong = Array.from(toBfloat16(wide)).filter((bits, i) => !Number.isNaN(wide[i]) && bits !== i);
    expect(wrong).toEqual([]);
    expect(wide[0x7fc0]).toBeNaN();
    expect(toBfloat16(Float32Array.of(NaN))[0]! & 0x7fc0).toBe(0x7fc0);
  });

  it('converts what weights are stored as, and refuses 64-bit integers', () => {
    const data = Float32Array.of(1, 2);
    expect(toFloat32({ dtype: 'F32', shape: [2], data })).toBe(data);
    expect(toFloat32({ dtype: 'I8', shape: [2], data: Int8Array.of(-1, 2) })).toEqual(Float32Array.of(-1, 2));
    expect(toFloat32({ dtype: 'F64', shape: [1], data: Float64Array.of(0.1) })).toEqual(Float32Array.of(0.1));
    expect(() => toFloat32({ dtype: 'I64', shape: [1], data: BigInt64Array.of(1n) })).toThrow(FormatError);
  });
});

describe('a damaged file', () => {
  const four = new Uint8Array(4);
  const eight = new Uint8Array(8);
  const hugeLength = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7b, 0x7d);
  it.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(0), /at least 8 bytes/],
    ['shorter than its length', new Uint8Array(7), /at least 8 bytes/],
    ['a header longer than the file', withHeader('{}').subarray(0, 9), /must fit the file/],
    ['a header length of 2^64 - 1', hugeLength, /must fit the file/],
    ['no JSON', withHeader('{"a"'), /must be JSON/],
    ['text after the JSON', withHeader('{}x'), /must be JSON/],
    ['no UTF-8', withHeader(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), /must be JSON in UTF-8/],
    ['an array for a header', withHeader('[]'), /must be a JSON object/],
    ['a null header', withHeader('null'), /must be a JSON object/],
    ['a number for a tensor', withHeader('{"a":1}'), /tensor 'a': must be described by an object/],
    ['a name twice', withHeader(`{"a":${f32(0, 4)},"a":${f32(0, 4)}}`, four), /must not name 'a' twice/],
    [
      'a name twice, once escaped',
      withHeader(`{"a":${f32(0, 4)},"\\u0061":${f32(4, 8)}}`, eight),
      /must not name 'a' twice/,
    ],
    [
      'an unknown dtype',
      withHeader('{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}', four),
      /dtype must be one of/,
    ],
    [
      'a dtype that every object has',
      withHeader('{"a":{"dtype":"toString","shape":[1],"data_offsets":[0,4]}}', four),
      /dtype must be/,
    ],
    [
      'a negative size',
      withHeader('{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}', four),
      /shape must be/,
    ],
    [
      'a fractional size',
      withHeader('{"a":{"dtype":"F32","shape":[0.5,2],"data_offsets":[0,4]}}', four),
      /shape must be/,
    ],
    [
      'an overflowing shape',
      withHeader('{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}', four),
      /shape must be/,
    ],
    [
      'a shape that is no array',
      withHeader('{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}', four),
      /shape must be/,
    ],
    ['three offsets', withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', eight), /two integers/],
    ['a negative offset', withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}'), /lie in order within/],
    [
      'an unsafe offset',
      withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9007199254740993]}}', four),
      /two integers/,
    ],
    [
      'offsets backwards',
      withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', four),
      /lie in order within/,
    ],
    ['an end beyond the file', withHeader(`{"a":${f32(0, 4)}}`), /lie in order within the 0 bytes/],
    [
      'a shape that needs more bytes',
      withHeader('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', four),
      /need 8 bytes/,
    ],
    ['an overlap', withHeader(`{"a":${f32(0, 4)},"b":${f32(0, 4)}}`, four), /an overlap/],
    ['a hole', withHeader(`{"a":${f32(4, 8)}}`, eight), /a hole/],
    ['bytes after the last tensor', withHeader(`{"a":${f32(0, 4)}}`, eight), /cover the file to its end/],
    ['metadata that is no text', withHeader('{"__metadata__":{"a":1}}'), /object of strings/],
    ['metadata that is a list', withHeader('{"__metadata__":["a"]}'), /object of strings/],
  ])('with %s is refused with the reason', async (_, bytes, reason) => {
    expect(() => decodeSafetensors(bytes)).toThrow(reason);
    const store = new MemoryFileStore();
    await store.write('x.safetensors', bytes);
    const error: unknown = await openSafetensors(store, 'x.safetensors').catch((e: unknown) => e);
    expect(FormatError.isInstance(error)).toBe(true);
    expect(String(error)).toMatch(/x\.safetensors/);
  });

  it('gives tensors of equal bytes or FormatError under any mutation', () => {
    const valid = bytesOf(golden.cases[0]!.base64);
    const mutation = fc.record({ at: fc.nat(valid.length - 1), value: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat(valid.length)),
        (changes, cut) => {
          const bytes = valid.slice(0, cut ?? undefined);
          for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value;
          try {
            const { tensors } = decodeSafetensors(bytes);
            const held = [...tensors.values()].reduce((sum, tensor) => sum + tensor.data.byteLength, 0);
            expect(held).toBeLessThanOrEqual(bytes.length);
          } catch (error) {
            if (!FormatError.isInstance(error)) throw error;
          }
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('is noticed when it becomes shorter after opening', async () => {
    const store = new MemoryFileStore();
    const bytes = encodeSafetensors({ a: { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) } });
    await store.write('m.safetensors', bytes);
    const reader = await openSafetensors(store, 'm.safetensors');
    await store.write('m.safetensors', bytes.slice(0, -4));
    await expect(reader.read('a')).rejects.toThrow(/became shorter/);
  });
});

describe('reading', () => {
  it('touches the header and the bytes of the tensor asked for, nothing else', async () => {
    const inner = new MemoryFileStore();
    const big: TensorData = { dtype: 'F32', shape: [1000], data: new Float32Array(1000) };
    await inner.write(
      'm',
      encodeSafetensors({ a: big, b: { dtype: 'F16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) } }),
    );
    const ranges: number[] = [];
    const store: FileStore = {
      description: 'spy',
      size: (path) => inner.size(path),
      read: (path, range) => {
        ranges.push(range?.length ?? Infinity);
        return inner.read(path, range);
      },
      write: (path, content) => inner.write(path, content),
      list: (directory) => inner.list(directory),
      remove: (path) => inner.remove(path),
    };
    const reader = await openSafetensors(store, 'm');
    expect(reader.tensors.get('b')).toMatchObject({ dtype: 'F16', shape: [2] });
    expect(await reader.readFloat32('b')).toEqual(Float32Array.of(1, -2));
    expect(ranges).toHaveLength(3);
    expect(ranges[0]).toBe(8);
    expect(ranges[2]).toBe(4);
    await expect(reader.read('c')).rejects.toThrow(ShapeError);
  });

  it('says that a file is missing', async () => {
    await expect(openSafetensors(new MemoryFileStore(), 'none')).rejects.toThrow(ConfigError);
  });
});

describe('writing', () => {
  const one: TensorData<'F32'> = { dtype: 'F32', shape: [1], data: Float32Array.of(1) };

  it('asks for one tensor at a time, in the order of the file', async () => {
    const asked: string[] = [];
    let alive = 0;
    const source = (name: string): TensorSource<'F32'> => ({
      name,
      dtype: 'F32',
      shape: [2],
      data: async () => {
        asked.push(`${name}${alive}`);
        alive++;
        return new Float32Array(2);
      },
    });
    const inner = new MemoryFileStore();
    const store = Object.assign(Object.create(inner) as MemoryFileStore, {
      write: async (path: string, content: AsyncIterable<Uint8Array>) => {
        let written = 0;
        for await (const chunk of content) {
          written += chunk.byteLength;
          alive = 0;
        }
        await inner.write(path, new Uint8Array(written));
      },
    });
    await writeSafetensors(store, 'm', [source('c'), source('a'), source('b')]);
    expect(asked).toEqual(['a0', 'b0', 'c0']);
  });

  it('keeps a __proto__ and writes views of larger buffers right', () => {
    const view = new Float32Array(Float32Array.of(9, 1, 2, 9).buffer, 4, 2);
    const decoded = decodeSafetensors(
      encodeSafetensors(new Map([['__proto__', { dtype: 'F32', shape: [2], data: view }]])),
    );
    expect(decoded.tensors.get('__proto__')!.data).toEqual(Float32Array.of(1, 2));
  });

  it('sorts metadata keys and leaves out empty metadata', () => {
    const bytes = encodeSafetensors({ a: one }, { metadata: { b: '2', a: '1' } });
    expect(new TextDecoder().decode(bytes)).toContain('{"__metadata__":{"a":"1","b":"2"},');
    expect(encodeSafetensors({ a: one }, { metadata: {} })).toEqual(encodeSafetensors({ a: one }));
  });

  it.each<[string, () => unknown, typeof ConfigError | typeof ShapeError]>([
    ['elements that do not fit the shape', () => encodeSafetensors({ a: { ...one, shape: [2] } }), ShapeError],
    [
      'an array of another type',
      () => encodeSafetensors({ a: { ...one, data: [1] as unknown as Float32Array } }),
      ShapeError,
    ],
    ['an unknown dtype', () => encodeSafetensors({ a: { ...one, dtype: 'X' as 'F32' } }), ConfigError],
    ['a bad shape', () => encodeSafetensors({ a: { ...one, shape: [-1] } }), ConfigError],
    ['the reserved name', () => encodeSafetensors({ __metadata__: one }), ConfigError],
    ['a name with a lone surrogate', () => encodeSafetensors({ '\ud800': one }), ConfigError],
    [
      'metadata that is no text',
      () => encodeSafetensors({ a: one }, { metadata: { a: 1 as unknown as string } }),
      ConfigError,
    ],
    ['an unknown option', () => encodeSafetensors({ a: one }, { meta: {} } as object), ConfigError],
  ])('refuses %s', (_, write, kind) => {
    expect(write).toThrow(kind);
  });

  it('refuses a name given twice and leaves no file behind', async () => {
    const store = new MemoryFileStore();
    await expect(
      writeSafetensors(store, 'm', [
        { ...one, name: 'a' },
        { ...one, name: 'a' },
      ]),
    ).rejects.toThrow(/unique/);
    const short = { ...one, name: 'a', data: () => new Float32Array(3) };
    await expect(writeSafetensors(store, 'm', [short])).rejects.toThrow(ShapeError);
    expect(await store.list()).toEqual([]);
  });
});
