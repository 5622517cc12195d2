import { isCount } from '../json-fields.ts';
import { objectAt, refuse } from '../tokenizer-document.ts';

/** Texts of tokens and their ids, which may have gaps. */
export class Vocabulary {
  readonly idOf: ReadonlyMap<string, number>;
  /** The text of each id; holes where an id has none. */
  readonly tokens: readonly (string | undefined)[];

  private constructor(idOf: ReadonlyMap<string, number>, tokens: readonly (string | undefined)[]) {
    this.idOf = idOf;
    this.tokens = tokens;
  }

  /** Reads `model.vocab`, an object of texts and ids. */
  static read(value: unknown): Vocabulary {
    const object = objectAt('model.vocab', value);
    const texts = Object.keys(object);
    // The bound keeps a broken file from claiming memory for ids that nothing uses.
    const limit = 64 + 64 * texts.length;
    const idOf = new Map<string, number>();
    const tokens: (string | undefined)[] = [];
    for (const token of texts) {
      const id = object[token];
      if (!isCount(id) || id >= limit) {
        refuse(`model.vocab[${JSON.stringify(token)}]`, `must be a token id below ${limit}`, id);
      }
      while (tokens.length < id) tokens.push(undefined);
      const owner = tokens[id];
      if (owner !== undefined) refuse('model.vocab', `must not give id ${id} to two tokens`, [owner, token]);
      tokens[id] = token;
      idOf.set(token, id);
    }
    return new Vocabulary(idOf, tokens);
  }

  /** `model.vocab`, in the order of ids. */
  toJson(): Record<string, number> {
    const entries: [string, number][] = [];
    this.tokens.forEach((token, id) => {
      if (token !== undefined) entries.push([token, id]);
    });
    return Object.fromEntries(entries);
  }
}
