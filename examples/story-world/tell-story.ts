import { pick, type StoryPlan } from './plan-story.ts';

/** How the hero feels when the story ends. */
export type Mood = 'happy' | 'sad';

/** The mood that the event which happens last leaves behind. */
export function moodAtEnd(plan: StoryPlan): Mood {
  return plan.events[1].happening.kind === 'gain' ? 'happy' : 'sad';
}

/** What the sentence of event 0 (what happens first) or 1 says after its subject. */
export function predicateOf(plan: StoryPlan, event: 0 | 1): string {
  const { happening, thing } = plan.events[event];
  return happening.predicate(thing, plan.hero.pronoun === 'she' ? 'her' : 'his', plan.friend.name);
}

const openings: readonly ((hero: string, friend: string, place: string) => string)[] = [
  (hero, friend, place) => `${hero} and ${friend} were in ${place}.`,
  (hero, friend, place) => `${hero} met ${friend} in ${place}.`,
  (hero, friend, place) => `${hero} went to ${place} with ${friend}.`,
  (hero, friend, place) => `One day ${hero} and ${friend} came to ${place}.`,
];
const moves: readonly ((place: string) => string)[] = [
  (place) => `They walked to ${place}.`,
  (place) => `They ran to ${place}.`,
  (place) => `Then they went to ${place}.`,
];
// What is told first and second when the telling follows time, and when it goes back in time.
const forwardTimes = [
  ['First', 'In the morning', 'Soon', 'There'],
  ['Then', 'Later', 'In the evening', 'After that'],
] as const;
const backwardTimes = [
  ['In the evening', 'Now', 'At last'],
  ['Before that', 'Earlier', 'In the morning'],
] as const;
const moodWords: Readonly<Record<Mood, readonly string[]>> = { happy: ['happy', 'glad'], sad: ['sad', 'upset'] };

/** The sentences of a story without its ending: everything from which the mood at the end can be told. */
export function tellPremise(plan: StoryPlan): string {
  const { hero, friend, start, end, backwards, wording } = plan;
  const sentences = [pick(wording, 'opening', openings)(hero.name, friend.name, start)];
  const times = backwards ? backwardTimes : forwardTimes;
  const tell = (slot: 0 | 1): string => {
    const subject = pick(wording, `subject ${slot}`, [hero.pronoun, hero.name]);
    return `${pick(wording, `time ${slot}`, times[slot])} ${subject} ${predicateOf(plan, backwards === (slot === 0) ? 1 : 0)}.`;
  };
  sentences.push(tell(0), tell(1));
  if (end !== start) {
    // Going on between two events would say when they happened: a story told backwards goes on before both.
    const at = backwards ? 1 : pick(wording, 'move at', [1, 2]);
    sentences.splice(at, 0, pick(wording, 'move', moves)(end));
  }
  return sentences.join(' ');
}

/** The last sentence of a story: how the hero feels, and why. */
export function tellEnding(plan: StoryPlan): string {
  const { hero, wording } = plan;
  const mood = pick(wording, 'mood', moodWords[moodAtEnd(plan)]);
  return pick(wording, 'ending', [
    () => `So ${hero.name} was ${mood}.`,
    () => `That night ${hero.name} felt ${mood}.`,
    () => `${hero.name} was ${mood} because ${hero.pronoun} ${predicateOf(plan, 1)}.`,
  ])();
}
