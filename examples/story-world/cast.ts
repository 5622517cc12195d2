/** Which people and places a story draws from. No name occurs in both casts. */
export type CastName = 'training' | 'heldOut';

/** Somebody of the world. The pronoun goes with the name's ending, as in many languages, and never changes. */
export interface Person {
  /** One word, made of two parts. */
  readonly name: string;
  /** How the person is referred to. */
  readonly pronoun: 'she' | 'he';
}

/** The people and places from which the stories of one cast are drawn. */
export interface Cast {
  /** Those called `she`. */
  readonly girls: readonly Person[];
  /** Those called `he`. */
  readonly boys: readonly Person[];
  /** Names of places, one word each. */
  readonly places: readonly string[];
}

const nameStarts = [
  ...['Ba', 'Be', 'Bo', 'Da', 'De', 'Do', 'Fa', 'Fe', 'Fi', 'Ga', 'Go', 'Ha', 'He', 'Ja', 'Jo', 'Ka', 'Ke', 'Ki'],
  ...['La', 'Le', 'Li', 'Lo', 'Ma', 'Me', 'Mi', 'Mo', 'Na', 'Ne', 'Ni', 'No', 'Pa', 'Pe', 'Pi', 'Ra', 'Re', 'Ri'],
  ...['Ro', 'Sa', 'Se', 'Si', 'So', 'Ta', 'Te', 'Ti', 'To', 'Va', 'Ve', 'Vi', 'Wa', 'Wi', 'Za', 'Ze'],
];
const girlEndings = ['ra', 'la', 'lia', 'na', 'nia', 'ssa'];
const boyEndings = ['ran', 'lin', 'mus', 'nik', 'vo', 'rick'];
const placeStarts = [
  ...['Apple', 'Ash', 'Bear', 'Birch', 'Clover', 'Deer', 'Elm', 'Fern', 'Fox', 'Goose', 'Hazel', 'Honey'],
  ...['Lark', 'Maple', 'Mill', 'Moon', 'Oak', 'Pine', 'Raven', 'Rose', 'Silver', 'Snow', 'Stone', 'Swan'],
];
const placeEndings = ['bridge', 'dale', 'field', 'ford', 'gate', 'hill', 'mead', 'port', 'ton', 'well', 'wick', 'wood'];

/** Every start with every ending, in the cast that their positions decide: each part occurs in both casts. */
function combine(starts: readonly string[], endings: readonly string[], cast: CastName): string[] {
  return starts.flatMap((start, row) =>
    endings.filter((_, column) => ((row + column) % 4 === 3) === (cast === 'heldOut')).map((ending) => start + ending),
  );
}

function makeCast(cast: CastName): Cast {
  return {
    girls: combine(nameStarts, girlEndings, cast).map((name) => ({ name, pronoun: 'she' })),
    boys: combine(nameStarts, boyEndings, cast).map((name) => ({ name, pronoun: 'he' })),
    places: combine(placeStarts, placeEndings, cast),
  };
}

/**
 * The two casts: 468 people and 216 places for training, 156 people and 72 places held out. Names are made of parts, and every
 * part occurs in both casts, so a tokenizer trained on one cast spells the names of the other from pieces it knows.
 */
export const casts: Readonly<Record<CastName, Cast>> = {
  training: makeCast('training'),
  heldOut: makeCast('heldOut'),
};
