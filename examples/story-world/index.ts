/**
 * A small seeded world of simple English stories, in which everything that is true is known.
 *
 * The rules of the world:
 * - A story has a hero and a friend, one called `she` and one called `he`, in a place. They may go on to another place.
 * - Two things happen to the hero. One is a gain (find, win, buy, get from the friend) and makes happy; one is a loss
 *   (lose, drop, forget, give to the friend) and makes sad.
 * - The event that happens last decides how the hero feels at the end: that mood is the story's label.
 * - A story in four is told backwards: the event told second happened first (`Before that`, `Earlier`, `In the evening
 *   ... In the morning`). So the label needs the order of the telling and the words that turn it around.
 * - A story ends with the mood in words, and often its reason. The premise is the story without that ending: it decides
 *   the label but does not state it.
 *
 * Why word counts cannot tell: exchanging the two events changes the label and moves words, but adds and removes none. So every
 * premise has a twin with the same count of every word and the other label, both equally likely (`mirrorStory`). No
 * function of word counts can be right about more than half of a set of twins.
 *
 * Training and held-out stories share verbs, things and parts of names, but no person and no place.
 */
export { generateStories, mirrorStory, type Story } from './generate-stories.ts';
