import { checkOptions, check, describeValue, TokenizerError, type StreamDecoder } from '@gptloom/core';
import type { SpecialTokens } from './special-tokens.ts';
import { lossyUtf8, textOfPieces, utf8 } from './utf8.ts';

const nothing = /* @__PURE__ */ new Uint8Array(0);

/** How ids become text. */
export interface DecodeOptions {
  /** Whether special tokens appear as their text. Default: they are left out. */
  readonly keepSpecial?: boolean;
}

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
    const keepSpecial = this.checked(options, 'decode');
    const pieces: Uint8Array[] = [];
    for (const id of ids) pieces.push(this.bytes(id, keepSpecial, 'decode', pieces.length));
    return textOfPieces(pieces);
  }

  streamDecoder(options: DecodeOptions | undefined): StreamDecoder {
    const keepSpecial = this.checked(options, 'streamDecoder');
    const decoder = lossyUtf8();
    return {
      push: (id) => decoder.decode(this.bytes(id, keepSpecial, 'streamDecoder'), { stream: true }),
      flush: () => decoder.decode(),
    };
  }

  private checked(options: DecodeOptions | undefined, method: string): boolean {
    if (options === undefined) return false;
    checkOptions(`${this.who}.${method}`, options, { keepSpecial: check.optional(check.boolean) });
    return options.keepSpecial ?? false;
  }

  private bytes(id: number, keepSpecial: boolean, method: string, position?: number): Uint8Array {
    const bytes = this.bytesOf[id];
    if (bytes === undefined) {
      throw new TokenizerError({
        who: `${this.who}.${method}`,
        rule: `a token id must be an integer from 0 to ${this.bytesOf.length - 1}`,
        received: `${describeValue(id)}${position === undefined ? '' : ` at position ${position}`}`,
      });
    }
    const special = this.special.textOf(id);
    if (special === undefined) return bytes;
    return keepSpecial ? utf8.encode(special) : nothing;
  }
}
