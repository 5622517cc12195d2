/** What a reader understands from the words of a story alone. */
export interface StoryReading {
  /** How the hero feels at the end. */
  readonly mood: 'happy' | 'sad';
  /** The answer to a question about the story. */
  readonly answer: (question: string) => string;
}

interface ReadEvent {
  /** When it happens: a later event has a larger number. */
  readonly time: number;
  readonly verb: string;
  readonly thing: string;
  readonly predicate: string;
  readonly other: string | undefined;
}

const eventPattern =
  /^(?<when>[A-Z][a-z ]*?) (?<who>she|he|[A-Z][a-z]+) (?<what>(?<verb>[a-z]+) (?:a|her|his) (?<thing>\w+ \w+)(?: (?:from|to) (?<other>\w+))?)$/;
const baseForms: Readonly<Record<string, string>> = {
  ...{ find: 'found', win: 'won', buy: 'bought', get: 'got' },
  ...{ lose: 'lost', drop: 'dropped', forget: 'forgot', give: 'gave' },
};
const gladVerbs = ['found', 'won', 'bought', 'got'];

/**
 * Reads a premise the other way around: from its words to its truth, by patterns, knowing nothing of how it was made.
 * The tests hold it against the generator, so that a label or an answer has two independent derivations.
 */
export function readStory(premise: string): StoryReading {
  const sentences = premise.replace(/\.$/, '').split('. ');
  const places = sentences.flatMap(
    (sentence) => /(?:were in|met \w+ in|(?:went|came|walked|ran) to) ([A-Z]\w+)/.exec(sentence)?.[1] ?? [],
  );
  const people = sentences[0]!.match(/[A-Z][a-z]+/g)!.filter((word) => word !== 'One' && !places.includes(word));
  const events = sentences.flatMap((sentence, told): ReadEvent[] => {
    const found = eventPattern.exec(sentence)?.groups;
    if (found === undefined) return [];
    const turnsBack = /^(Before that|Earlier)/.test(sentence);
    const clock = sentence.startsWith('In the morning') ? -100 : sentence.startsWith('In the evening') ? 100 : 0;
    return [
      {
        time: turnsBack ? -told : clock + told,
        verb: found['verb']!,
        thing: found['thing']!,
        predicate: found['what']!,
        other: found['other'],
      },
    ];
  });
  const last = events.reduce((a, b) => (b.time > a.time ? b : a));
  const mood = gladVerbs.includes(last.verb) ? 'happy' : 'sad';
  const hero = sentences.flatMap((sentence) => eventPattern.exec(sentence)?.groups?.['who'] ?? []);
  // The hero is the one named first; an event's subject is that name or a pronoun, never the friend.
  if (hero.some((who) => who === people[1])) throw new Error(`an event happens to the friend: ${premise}`);
  const pronoun = /\b(she|her)\b/i.test(premise) ? 'she' : 'he';

  const answer = (question: string): string => {
    if (question.startsWith('How does')) return mood;
    if (question.startsWith('Why is')) {
      if (!question.endsWith(` ${mood}?`)) throw new Error(`the question supposes another mood: ${question}`);
      return `because ${pronoun} ${last.predicate}`;
    }
    if (question.startsWith('Where is')) return places.at(-1)!;
    if (question.startsWith('Who was with')) return people.find((name) => !question.endsWith(` ${name}?`))!;
    const did = /^What did \w+ (\w+)/.exec(question)?.[1];
    if (did !== undefined) return `a ${events.find((event) => event.verb === baseForms[did])!.thing}`;
    const owned = /^Who has the (.+)\?$/.exec(question)![1];
    const event = events.find(({ thing }) => thing === owned)!;
    return event.verb === 'gave' ? event.other! : people[0]!;
  };
  return { mood, answer };
}
