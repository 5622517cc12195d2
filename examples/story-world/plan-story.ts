import { foldIn, randomInteger, randomKey, type RandomKey } from '@gptloom/core';
import { casts, type CastName, type Person } from './cast.ts';
import { happenings, nouns, qualities, type Happening, type Thing } from './happenings.ts';

/** One event in a story: what happens to the hero, and the thing that it is about. */
export interface StoryEvent {
  /** What happens. */
  readonly happening: Happening;
  /** The thing that comes or goes. */
  readonly thing: Thing;
}

/** What is true in a story, before it is told. */
export interface StoryPlan {
  /** The person the story is about. */
  readonly hero: Person;
  /** The friend who is there; always of the other pronoun, so that `she` and `he` are never in doubt. */
  readonly friend: Person;
  /** Where the two are at first. */
  readonly start: string;
  /** Where the two are at the end: `start` if they do not move. */
  readonly end: string;
  /** The two events in the order in which they happen: one gain and one loss. */
  readonly events: readonly [StoryEvent, StoryEvent];
  /** Whether the event that happens last is told first. */
  readonly backwards: boolean;
  /** The key of the choices that change the wording alone. */
  readonly wording: RandomKey;
}

const gains = happenings.filter((happening) => happening.kind === 'gain');
const losses = happenings.filter((happening) => happening.kind === 'loss');

/** One of the values, drawn by the key of the named draw. */
export function pick<T>(key: RandomKey, draw: string, values: readonly T[]): T {
  return values[randomInteger(foldIn(key, draw), values.length)]!;
}

/** Decides what happens in story `index`: a pure function of its three arguments. */
export function planStory(seed: number, index: number, castName: CastName): StoryPlan {
  const key = foldIn(foldIn(foldIn(randomKey(seed), 'story-world'), castName), index);
  const cast = casts[castName];
  const girl = pick(key, 'girl', cast.girls);
  const boy = pick(key, 'boy', cast.boys);
  const heroIsGirl = pick(key, 'hero', [true, false]);
  const start = pick(key, 'start', cast.places);
  const elsewhere = cast.places.filter((place) => place !== start);
  const end = pick(key, 'end', elsewhere);
  const moves = pick(key, 'moves', [true, false]);
  // A stride below the number of nouns keeps the two things apart.
  const firstNoun = randomInteger(foldIn(key, 'noun'), nouns.length);
  const stride = 1 + randomInteger(foldIn(key, 'stride'), nouns.length - 1);
  const draw = (name: 'gain' | 'loss', noun: number, choices: readonly Happening[]): StoryEvent => ({
    happening: pick(key, name, choices),
    thing: { quality: pick(key, `${name} quality`, qualities), noun: nouns[noun % nouns.length]! },
  });
  const gain = draw('gain', firstNoun, gains);
  const loss = draw('loss', firstNoun + stride, losses);
  return {
    hero: heroIsGirl ? girl : boy,
    friend: heroIsGirl ? boy : girl,
    start,
    end: moves ? end : start,
    events: pick(key, 'order', [true, false]) ? [gain, loss] : [loss, gain],
    backwards: pick(key, 'telling', [true, false, false, false]),
    wording: foldIn(key, 'wording'),
  };
}
