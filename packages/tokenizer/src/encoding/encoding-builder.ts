import type { Direction } from './direction.ts';
import type { Encoding, Offsets } from './encoding.ts';

/** One token as it goes into an encoding. */
export interface EncodedToken {
  readonly id: number;
  readonly token: string;
  readonly offsets: Offsets;
  readonly wordId: number | undefined;
  readonly special: 0 | 1;
  readonly attention: 0 | 1;
  readonly typeId: number;
}

/** An encoding on its way through truncation, post-processing and padding. Source: huggingface/tokenizers `Encoding`. */
export class EncodingBuilder {
  tokens: EncodedToken[];
  overflowing: EncodingBuilder[] = [];
  /** The text that offsets refer to. */
  readonly text: string;

  constructor(text: string, tokens: EncodedToken[]) {
    this.text = text;
    this.tokens = tokens;
  }

  get length(): number {
    return this.tokens.length;
  }

  clone(): EncodingBuilder {
    const copy = new EncodingBuilder(this.text, this.tokens.slice());
    copy.overflowing = this.overflowing.map((one) => one.clone());
    return copy;
  }

  setTypeIds(typeId: number): void {
    this.tokens = this.tokens.map((token) => ({ ...token, typeId }));
  }

  /** Cuts to a length; what is cut off becomes overflowing pieces of that length which share `stride` tokens. */
  truncate(maxLength: number, stride: number, direction: Direction): void {
    const { tokens, text, length } = this;
    if (maxLength >= length) return;
    if (maxLength === 0) {
      const all = new EncodingBuilder(text, tokens);
      all.overflowing = this.overflowing;
      this.tokens = [];
      this.overflowing = [all];
      return;
    }
    const step = maxLength - stride;
    const parts: EncodingBuilder[] = [];
    for (let from = 0; from < length; from += step) {
      const [start, stop] =
        direction !== 'left'
          ? [from, Math.min(from + maxLength, length)]
          : [Math.max(0, length - from - maxLength), length - from];
      parts.push(new EncodingBuilder(text, tokens.slice(start, stop)));
      if (direction !== 'left' ? stop === length : start === 0) break;
    }
    this.tokens = parts[0]!.tokens;
    this.overflowing = parts.slice(1);
  }

  /** Appends another encoding; overflowing pieces of both are combined. */
  append(other: EncodingBuilder): void {
    const overflowing: EncodingBuilder[] = [];
    const combine = (left: EncodingBuilder, right: EncodingBuilder): void => {
      const joined = left.clone();
      joined.append(right);
      overflowing.push(joined);
    };
    for (const mine of this.overflowing) {
      combine(mine, other);
      for (const theirs of other.overflowing) combine(mine, theirs);
    }
    for (const theirs of other.overflowing) combine(this, theirs);
    this.tokens = this.tokens.concat(other.tokens);
    this.overflowing = overflowing;
  }

  /** Fills up to a length, overflowing pieces as well. */
  pad(targetLength: number, padding: EncodedToken, direction: Direction): void {
    for (const one of this.overflowing) one.pad(targetLength, padding, direction);
    if (this.length >= targetLength) return;
    const fill = Array.from({ length: targetLength - this.length }, () => padding);
    this.tokens = direction === 'left' ? fill.concat(this.tokens) : this.tokens.concat(fill);
  }

  build(): Encoding {
    const { tokens } = this;
    return {
      ids: tokens.map(({ id }) => id),
      tokens: tokens.map(({ token }) => token),
      offsets: tokens.map(({ offsets }) => offsets),
      typeIds: tokens.map(({ typeId }) => typeId),
      wordIds: tokens.map(({ wordId }) => wordId),
      specialTokensMask: tokens.map(({ special }) => special),
      attentionMask: tokens.map(({ attention }) => attention),
      overflowing: this.overflowing.map((one) => one.build()),
    };
  }
}

/** A token that is not of the text. */
export function addedSpecial(id: number, token: string, typeId: number): EncodedToken {
  return { id, token, offsets: [0, 0], wordId: undefined, special: 1, attention: 1, typeId };
}
