import { isCount } from '../json-fields.ts';
import { objectAt, refuse } from '../tokenizer-document.ts';

/** Texts of tokens and their ids, which may have gaps. */
export class Vocabulary {
  readonly idOf: ReadonlyMap<string, number>;
  /** The text of each id; holes where an id has none. */
  readonly tokens: readonly (string | undefined)[];

  /** @param idOf ids below 2^31, no two alike */
  constructor(idOf: ReadonlyMap<string, number>) {
    this.idOf = idOf;
    const tokens: (string | undefined)[] = [];
    for (const [token, id] of idOf) {
      while (tokens.length < id) tokens.push(undefined);
      tokens[id] = token;
    }
    this.tokens = tokens;
  }

  /** Reads `model.vocab`, an object of texts and ids. */
  static read(value: unknown): Vocabulary {
    const object = objectAt('model.vocab', value);
    const idOf = new Map<string, number>();
    const limit = 64 + 64 * Object.keys(object).length;
    const owners: (string | undefined)[] = [];
    for (const token in object) {
      const id = object[token];
      // The bound keeps a broken file from claiming memory for ids that nothing uses.
      if (!isCount(id) || id >= limit) {
        refuse(`model.vocab[${JSON.stringify(token)}]`, `must be a token id below ${limit}`, id);
      }
      while (owners.length < id) owners.push(undefined);
      const owner = owners[id];
      if (owner !== undefined) refuse('model.vocab', `must not give id ${id} to two tokens`, [owner, token]);
      owners[id] = token;
      idOf.set(token, id);
    }
    return new Vocabulary(idOf);
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
