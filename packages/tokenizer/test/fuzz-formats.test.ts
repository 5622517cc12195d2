import { JsonTokenizer, type TokenizerFiles } from '@gptloom/tokenizer';
import { llama2cToFiles, sentencePieceToFiles, tiktokenToFiles } from '@gptloom/tokenizer/formats';
import { foldIn, FormatError, randomInteger, randomKey, TokenizerError } from '@gptloom/core';
import { expect, test } from 'vitest';
import { golden } from './golden-files.ts';

const mutations = 10_000;
const interesting = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x20, 0x30];

/** The same mutation for the same number: bytes changed, cut out, repeated, put in, or the file cut. */
function mutate(bytes: Uint8Array, number: number): Uint8Array {
  let draw = 0;
  const key = foldIn(randomKey(20_261_124), number);
  const below = (limit: number): number => randomInteger(foldIn(key, draw++), Math.max(1, limit));
  let result = Uint8Array.from(bytes);
  for (let i = 1 + below(4); i > 0; i--) {
    const at = below(result.length);
    const length = 1 + below(below(2) === 0 ? 4 : 200);
    switch (below(6)) {
      case 0:
        result[at] = below(256);
        break;
      case 1:
        result[at] = interesting[below(interesting.length)]!;
        break;
      case 2:
        result = Uint8Array.from([...result.subarray(0, at), ...result.subarray(at + length)]);
        break;
      case 3:
        result = Uint8Array.from([...result.subarray(0, at + length), ...result.subarray(at)]);
        break;
      case 4:
        result.fill(0xff, at, at + 4);
        break;
      default:
        if (below(4) === 0) result = result.slice(0, at);
    }
  }
  return result;
}

function fuzz(bytes: Uint8Array, convert: (bytes: Uint8Array) => TokenizerFiles): { read: number; refused: number } {
  let read = 0;
  let refused = 0;
  for (let i = 0; i < mutations; i++) {
    const mutated = mutate(bytes, i);
    try {
      const files = convert(mutated);
      // What is read is a tokenizer, too; some of them suffice, as reading takes longer than converting.
      if (read++ % 20 === 0) {
        const tokenizer = JsonTokenizer.fromJson(files['tokenizer.json'], files['tokenizer_config.json']);
        tokenizer.decode(tokenizer.encode('the sea é 🙂'));
      }
    } catch (error) {
      refused++;
      if (!FormatError.isInstance(error) && !TokenizerError.isInstance(error)) {
        throw new Error(`mutation ${i} throws ${String(error)}`, { cause: error });
      }
    }
  }
  return { read, refused };
}

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));
const bytesHeld = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;

/** The beginning of a file of llama2.c, as far as it goes with the first tokens. */
function firstTokens(bytes: Uint8Array, count: number): Uint8Array {
  const view = new DataView(bytes.buffer);
  let at = 4;
  for (let i = 0; i < count; i++) at += 8 + view.getInt32(at + 4, true);
  return bytes.slice(0, at);
}

const { models } = golden<{ models: Record<string, { model: string }> }>('training-sentencepiece.json');
const { model } = golden<{ model: string }>('training-llama2c.json');
const { ranks } = golden<{ ranks: string }>('training-tiktoken.json');
const firstRanks = `${ranks.split('\n').slice(0, 300).join('\n')}\n`;

test.each<[string, Uint8Array, (bytes: Uint8Array) => TokenizerFiles]>([
  ['tiktoken ranks', new TextEncoder().encode(firstRanks), (bytes) => tiktokenToFiles(bytes, { pattern: 'cl100k' })],
  ['llama2.c', firstTokens(bytesOf(model), 330), llama2cToFiles],
  ['SentencePiece unigram', bytesOf(models['unigram']!.model), sentencePieceToFiles],
  ['SentencePiece bpe', bytesOf(models['llama']!.model), sentencePieceToFiles],
])(
  `10,000 mutations of %s are read or refused, in bounded time and memory`,
  { timeout: 120_000 },
  (_, bytes, convert) => {
    const before = bytesHeld();
    const { read, refused } = fuzz(bytes, convert);
    expect(read + refused).toBe(mutations);
    expect(Math.min(read, refused)).toBeGreaterThan(100);
    expect(bytesHeld() - before).toBeLessThan(400e6);
  },
);

test('headers that claim much get nothing', () => {
  const before = bytesHeld();
  const claim = (size: number): Uint8Array => {
    const bytes = new Uint8Array(20);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, 1024, true);
    view.setInt32(8, size, true);
    return bytes;
  };
  expect(() => llama2cToFiles(claim(1024))).toThrow('token 0 must have 1024 bytes');
  expect(() => sentencePieceToFiles(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x07, 1))).toThrow(
    'must not go beyond',
  );
  const long = `${firstRanks}${btoa('ab'.repeat(500_000))} 300\n`;
  expect(() => tiktokenToFiles(long, { pattern: 'gpt2' })).toThrow('line 301 must be a token of at most 1024 bytes');
  expect(bytesHeld() - before).toBeLessThan(100e6);
});
