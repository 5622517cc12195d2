import type { StreamDecoder } from '@gptloom/core';
import { checkId, checkIds, keepsSpecial, type DecodeOptions } from './decode-options.ts';
import type { SpecialTokens } from './special-tokens.ts';
import { lossyUtf8, textOfPieces, utf8 } from './utf8.ts';

const nothing = /* @__PURE__ */ new Uint8Array(0);

/** Token ids back to text, for every tokenizer whose tokens stand for bytes. Invalid UTF-8 becomes U+FFFD. */
export class TokenDecoder {
  private readonly who: string;
  private readonly bytesOf: readonly Uint8Array[];
  private readonly special: SpecialTokens;

  /** @param bytesOf the bytes of each token by id; those of special tokens are not looked at */
  constructor(who: string, bytesOf: readonly Uint8Array[], special: SpecialTokens) {
    this.who = who;
    this.bytesOf = bytesOf;
    this.special = special;
  }

  /** The bytes of a token; none for special ones. */
  tokenBytes(id: number): Uint8Array {
    return this.bytes(id, false, 'tokenBytes').slice();
  }

  decode(ids: Iterable<number>, options: DecodeOptions | undefined): string {
    checkIds(`${this.who}.decode`, ids);
    const keepSpecial = keepsSpecial(`${this.who}.decode`, options);
    const pieces: Uint8Array[] = [];
    for (const id of ids) pieces.push(this.bytes(id, keepSpecial, 'decode', pieces.length));
    return textOfPieces(pieces);
  }

  streamDecoder(options: DecodeOptions | undefined): StreamDecoder {
    const keepSpecial = keepsSpecial(`${this.who}.streamDecoder`, options);
    const decoder = lossyUtf8();
    return {
      push: (id) => decoder.decode(this.bytes(id, keepSpecial, 'streamDecoder'), { stream: true }),
      flush: () => decoder.decode(),
    };
  }

  private bytes(id: number, keepSpecial: boolean, method: string, position?: number): Uint8Array {
    checkId(`${this.who}.${method}`, id, this.bytesOf.length, position);
    const special = this.special.textOf(id);
    if (special === undefined) return this.bytesOf[id]!;
    return keepSpecial ? utf8.encode(special) : nothing;
  }
}
