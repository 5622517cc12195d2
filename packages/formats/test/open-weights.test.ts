import { ConfigError, FormatError, MemoryFileStore } from '@gptloom/core';
import { encodeSafetensors, openWeights } from '@gptloom/formats';
import { describe, expect, it } from 'vitest';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const shard = (name: string, value: number): Uint8Array =>
  encodeSafetensors(
    { [name]: { dtype: 'F32', shape: [1], data: Float32Array.of(value) } },
    { metadata: { format: 'pt' } },
  );

async function storeWith(files: Record<string, Uint8Array>): Promise<MemoryFileStore> {
  const store = new MemoryFileStore();
  for (const [path, bytes] of Object.entries(files)) await store.write(path, bytes);
  return store;
}

describe('openWeights', () => {
  it('opens the single file, also beside an index', async () => {
    const store = await storeWith({ 'model.safetensors': shard('a', 1), 'model.safetensors.index.json': text('x') });
    expect(await (await openWeights(store)).readFloat32('a')).toEqual(Float32Array.of(1));
  });

  it('opens shards through their index', async () => {
    const store = await storeWith({
      'model-00001-of-00002.safetensors': shard('a', 1),
      'model-00002-of-00002.safetensors': shard('b', 2),
      'model.safetensors.index.json': text(
        JSON.stringify({
          metadata: { total_size: 8 },
          weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
        }),
      ),
    });
    const weights = await openWeights(store);
    expect([...weights.tensors.keys()]).toEqual(['a', 'b']);
    expect(weights.metadata.get('format')).toBe('pt');
    expect(await weights.readFloat32('b')).toEqual(Float32Array.of(2));
    expect((await weights.read('a')).dtype).toBe('F32');
    await expect(weights.read('c')).rejects.toThrow(/must be in the file/);
  });

  it.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['no weight_map', '{"metadata":{}}'],
    ['a list for a weight_map', '{"weight_map":[]}'],
    ['a number for a file', '{"weight_map":{"a":1}}'],
    ['a file outside the directory', '{"weight_map":{"a":"../model.safetensors"}}'],
    ['a tensor named twice', '{"weight_map":{"a":"s.safetensors","a":"s.safetensors"}}'],
    ['a tensor that its shard lacks', '{"weight_map":{"z":"s.safetensors"}}'],
  ])('refuses an index with %s', async (_, index) => {
    const store = await storeWith({ 'model.safetensors.index.json': text(index), 's.safetensors': shard('a', 1) });
    await expect(openWeights(store)).rejects.toSatisfy((error) => FormatError.isInstance(error));
  });

  it('says what is missing', async () => {
    const index = text('{"weight_map":{"a":"gone.safetensors"}}');
    await expect(openWeights(await storeWith({ 'model.safetensors.index.json': index }))).rejects.toThrow(/gone/);
    await expect(openWeights(await storeWith({ 'pytorch_model.bin': text('') }))).rejects.toThrow(ConfigError);
  });
});
