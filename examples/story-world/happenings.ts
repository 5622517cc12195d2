/** A thing of the world, such as `red` and `ball`. */
export interface Thing {
  /** What the thing is like. */
  readonly quality: string;
  /** What the thing is. */
  readonly noun: string;
}

/** What an event does to the thing it is about: where the thing is afterwards, seen from the one it happens to. */
export type Outcome = 'has it' | 'friend has it' | 'nobody has it';

/** Something that happens to a person. A gain makes glad and a loss makes sad. */
export interface Happening {
  /** Whether a thing comes or goes. */
  readonly kind: 'gain' | 'loss';
  /** What the sentence says after its subject. */
  readonly predicate: (thing: Thing, own: 'her' | 'his', friend: string) => string;
  /** The question that asks for the thing. */
  readonly question: (name: string) => string;
  /** Where the thing is afterwards. */
  readonly outcome: Outcome;
}

const described = (thing: Thing): string => `${thing.quality} ${thing.noun}`;

/** The gains and losses of the world, in equal number. */
export const happenings: readonly Happening[] = [
  {
    kind: 'gain',
    predicate: (t) => `found a ${described(t)}`,
    question: (n) => `What did ${n} find?`,
    outcome: 'has it',
  },
  {
    kind: 'gain',
    predicate: (t) => `won a ${described(t)}`,
    question: (n) => `What did ${n} win?`,
    outcome: 'has it',
  },
  {
    kind: 'gain',
    predicate: (t) => `bought a ${described(t)}`,
    question: (n) => `What did ${n} buy?`,
    outcome: 'has it',
  },
  {
    kind: 'gain',
    predicate: (t, _own, friend) => `got a ${described(t)} from ${friend}`,
    question: (n) => `What did ${n} get?`,
    outcome: 'has it',
  },
  {
    kind: 'loss',
    predicate: (t, own) => `lost ${own} ${described(t)}`,
    question: (n) => `What did ${n} lose?`,
    outcome: 'nobody has it',
  },
  {
    kind: 'loss',
    predicate: (t, own) => `dropped ${own} ${described(t)}`,
    question: (n) => `What did ${n} drop?`,
    outcome: 'nobody has it',
  },
  {
    kind: 'loss',
    predicate: (t, own) => `forgot ${own} ${described(t)}`,
    question: (n) => `What did ${n} forget?`,
    outcome: 'nobody has it',
  },
  {
    kind: 'loss',
    predicate: (t, own, friend) => `gave ${own} ${described(t)} to ${friend}`,
    question: (n) => `What did ${n} give away?`,
    outcome: 'friend has it',
  },
];

/** What things are like. None begins with a vowel, so that `a` is right before each. */
export const qualities = ['red', 'blue', 'green', 'white', 'black', 'brown', 'pink', 'big', 'little', 'new'] as const;

/** Things that can be carried. */
export const nouns = [
  ...['ball', 'bag', 'bell', 'boat', 'book', 'box', 'cap', 'coat', 'cup', 'doll', 'drum', 'flag', 'flute', 'hat'],
  ...['kite', 'lamp', 'map', 'mask', 'pen', 'ring', 'scarf', 'spoon', 'toy', 'watch'],
] as const;
