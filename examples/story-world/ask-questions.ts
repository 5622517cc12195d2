import type { StoryPlan } from './plan-story.ts';
import { moodAtEnd, predicateOf } from './tell-story.ts';

/** A question about one story, and its true answer. */
export interface StoryQuestion {
  /** The question, with its mark. */
  readonly question: string;
  /** The shortest true answer, without a full stop. */
  readonly answer: string;
}

/** Every question that the story answers, in a fixed order. */
export function askQuestions(plan: StoryPlan): StoryQuestion[] {
  const { hero, friend, end } = plan;
  const mood = moodAtEnd(plan);
  const questions: StoryQuestion[] = [
    { question: `How does ${hero.name} feel?`, answer: mood },
    { question: `Why is ${hero.name} ${mood}?`, answer: `because ${hero.pronoun} ${predicateOf(plan, 1)}` },
    { question: `Where is ${hero.name}?`, answer: end },
    { question: `Where is ${friend.name}?`, answer: end },
    { question: `Who was with ${hero.name}?`, answer: friend.name },
  ];
  for (const { happening, thing } of plan.events) {
    const described = `${thing.quality} ${thing.noun}`;
    questions.push({ question: happening.question(hero.name), answer: `a ${described}` });
    // Nobody is a word of no story: a lost thing is not asked for.
    if (happening.outcome === 'nobody has it') continue;
    const owner = happening.outcome === 'has it' ? hero : friend;
    questions.push({ question: `Who has the ${described}?`, answer: owner.name });
  }
  return questions;
}
