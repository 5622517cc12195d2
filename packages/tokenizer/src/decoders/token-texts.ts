import type { StreamDecoder } from '@gptloom/core';
import { symbolsToBytes } from '../byte-alphabet.ts';
import { byteOfToken } from '../models/byte-tokens.ts';
import { checkId, checkIds, keepsSpecial, type DecodeOptions } from '../decode-options.ts';
import type { TokenPipeline } from '../token-pipeline.ts';
import type { DecoderStage } from './decoder.ts';
import { textOfPieces, utf8 } from '../utf8.ts';

/** Without a decoder tokens stand with spaces between them. */
function spacedStage(): DecoderStage {
  let first = true;
  return {
    push(token, emit) {
      emit(first ? token : ` ${token}`);
      first = false;
    },
    flush: () => {},
  };
}

/** Ids back to text through the decoder of a `tokenizer.json`. */
export class TokenTexts {
  private readonly pipeline: TokenPipeline;
  private readonly limit: number;
  private readonly isByteLevel: boolean;
  private readonly fallsBackToBytes: boolean;
  // The bytes of tokens that have been decoded, where the decoder is ByteLevel alone.
  private readonly bytesOf: (Uint8Array | undefined)[] = [];

  constructor(pipeline: TokenPipeline, limit: number) {
    this.pipeline = pipeline;
    this.limit = limit;
    const decoder = JSON.stringify(pipeline.decoder?.json ?? null);
    this.isByteLevel = pipeline.decoder?.json['type'] === 'ByteLevel';
    this.fallsBackToBytes = decoder.includes('"ByteFallback"');
  }

  decode(ids: Iterable<number>, options: DecodeOptions | undefined): string {
    checkIds('JsonTokenizer.decode', ids);
    const keepSpecial = keepsSpecial('JsonTokenizer.decode', options);
    return this.isByteLevel ? this.decodeBytes(ids, keepSpecial) : this.decodeTokens(this.textsOf(ids, keepSpecial));
  }

  streamDecoder(options: DecodeOptions | undefined): StreamDecoder {
    const keepSpecial = keepsSpecial('JsonTokenizer.streamDecoder', options);
    const stage = this.pipeline.decoder?.start() ?? spacedStage();
    let text = '';
    const emit = (piece: string): void => {
      text += piece;
    };
    const taken = (): string => {
      const piece = text;
      text = '';
      return piece;
    };
    return {
      push: (id) => {
        const token = this.textOf(id, keepSpecial, 'streamDecoder');
        if (token !== undefined) stage.push(token, emit);
        return taken();
      },
      flush: () => {
        stage.flush(emit);
        return taken();
      },
    };
  }

  tokenBytes(id: number): Uint8Array {
    const token = this.textOf(id, false, 'tokenBytes');
    if (token === undefined) return new Uint8Array(0);
    if (this.isByteLevel) return symbolsToBytes(token) ?? utf8.encode(token);
    const byte = this.fallsBackToBytes ? byteOfToken(token) : -1;
    if (byte >= 0) return Uint8Array.of(byte);
    // Decoders treat the first token in its own way; what a second one adds is its text inside a text.
    const once = this.decodeTokens([token]);
    const twice = this.decodeTokens([token, token]);
    return utf8.encode(twice.startsWith(once) && twice.length > once.length ? twice.slice(once.length) : once);
  }

  private decodeTokens(tokens: Iterable<string>): string {
    const stage = this.pipeline.decoder?.start() ?? spacedStage();
    const texts: string[] = [];
    const emit = (text: string): void => void texts.push(text);
    for (const token of tokens) stage.push(token, emit);
    stage.flush(emit);
    return texts.join('');
  }

  private *textsOf(ids: Iterable<number>, keepSpecial: boolean): Generator<string> {
    let position = 0;
    for (const id of ids) {
      const token = this.textOf(id, keepSpecial, 'decode', position++);
      if (token !== undefined) yield token;
    }
  }

  private decodeBytes(ids: Iterable<number>, keepSpecial: boolean): string {
    const pieces: Uint8Array[] = [];
    for (const id of ids) {
      const token = this.textOf(id, keepSpecial, 'decode', pieces.length);
      if (token === undefined) continue;
      pieces.push((this.bytesOf[id] ??= symbolsToBytes(token) ?? utf8.encode(token)));
    }
    return textOfPieces(pieces);
  }

  /** The text of a token, or `undefined` for special ones that are left out and ids without token. */
  private textOf(id: number, keepSpecial: boolean, method: string, position?: number): string | undefined {
    checkId(`JsonTokenizer.${method}`, id, this.limit, position);
    const { added, model } = this.pipeline;
    const token = added.textOf(id) ?? model.tokenOf(id);
    // The reference asks by text: a special token that is another one in its normalized form is not left out.
    return token !== undefined && !keepSpecial && added.specialIds.has(token) ? undefined : token;
  }
}
