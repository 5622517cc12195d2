import { check, checkOptions } from '@gptloom/core';
import { askQuestions, type StoryQuestion } from './ask-questions.ts';
import type { CastName } from './cast.ts';
import { planStory, type StoryPlan } from './plan-story.ts';
import { moodAtEnd, tellEnding, tellPremise, type Mood } from './tell-story.ts';

/** A story with everything that is true about it. */
export interface Story {
  /** The whole story, one paragraph: the premise, then a sentence that names the hero's mood. A document for pretraining. */
  readonly text: string;
  /** The story without its last sentence. It decides the label but does not state it: a text for classification. */
  readonly premise: string;
  /** How the hero feels when the story ends: the mood that the event which happens last leaves behind. */
  readonly label: Mood;
  /** What is true in the story, from which everything else was made. */
  readonly facts: StoryPlan;
  /** Questions that the premise answers, with their true answers. */
  readonly questions: readonly StoryQuestion[];
}

/** Which stories to generate. */
export interface StoryOptions {
  /** Another seed gives other stories. Any integer. */
  readonly seed: number;
  /** How many stories. 6,600 make about 1 MB of text. */
  readonly count: number;
  /** Whose stories: `training`, or `heldOut` for people and places that no story of `training` names. */
  readonly cast: CastName;
}

function storyOf(facts: StoryPlan): Story {
  const premise = tellPremise(facts);
  return {
    text: `${premise} ${tellEnding(facts)}`,
    premise,
    label: moodAtEnd(facts),
    facts,
    questions: askQuestions(facts),
  };
}

/**
 * Generates stories of the world. Story `i` is a pure function of the seed, the cast and `i`, so a longer list begins
 * with the shorter one.
 *
 * @throws ConfigError when an option is missing, unknown or out of range
 * @example
 * const stories = generateStories({ seed: 1, count: 6600, cast: 'training' });
 * const documents = stories.map((story) => story.text); // about 1 MB
 */
export function generateStories(options: StoryOptions): Story[] {
  checkOptions('generateStories', options, {
    seed: check.integer,
    count: check.positiveInteger,
    cast: check.oneOf('training', 'heldOut'),
  });
  return Array.from({ length: options.count }, (_, index) => storyOf(planStory(options.seed, index, options.cast)));
}

/**
 * The twin of a story: the same people, places, things and wording, with the two events exchanged. Its premise has the
 * same words, each as often, and the other label.
 */
export function mirrorStory(story: Story): Story {
  const [first, second] = story.facts.events;
  return storyOf({ ...story.facts, events: [second, first] });
}
