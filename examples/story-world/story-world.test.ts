import { describe, expect, it } from 'vitest';
import { casts } from './cast.ts';
import { generateStories, mirrorStory, type Story } from './index.ts';
import { readStory } from './story-reader.ts';

const training = generateStories({ seed: 1, count: 6600, cast: 'training' });
const heldOut = generateStories({ seed: 2, count: 1000, cast: 'heldOut' });
const wordsOf = (text: string): string[] => text.match(/[A-Za-z]+/g) ?? [];

/** Logistic regression on word counts, by plain gradient descent; returns its accuracy on other stories. */
function wordCountAccuracy(learned: readonly Story[], tested: readonly Story[]): number {
  const weights = new Map<string, number>();
  const score = (story: Story): number =>
    wordsOf(story.premise).reduce((sum, word) => sum + (weights.get(word) ?? 0), 0);
  for (let pass = 0; pass < 10; pass++) {
    for (const story of learned) {
      const error = (story.label === 'happy' ? 1 : 0) - 1 / (1 + Math.exp(-score(story)));
      for (const word of wordsOf(story.premise)) weights.set(word, (weights.get(word) ?? 0) + 0.01 * error);
    }
  }
  return tested.filter((story) => score(story) > 0 === (story.label === 'happy')).length / tested.length;
}

describe('generateStories', () => {
  it('gives the same stories again, and a longer list begins with the shorter one', () => {
    const again = generateStories({ seed: 1, count: 50, cast: 'training' });
    expect(again.map(({ text, questions }) => ({ text, questions }))).toEqual(
      training.slice(0, 50).map(({ text, questions }) => ({ text, questions })),
    );
    const other = generateStories({ seed: 3, count: 50, cast: 'training' });
    expect(other.map((story) => story.text)).not.toEqual(again.map((story) => story.text));
  });

  it('tells a known story', () => {
    expect(training[4]!.text).toMatchInlineSnapshot(
      `"Tilia went to Maplebridge with Nenik. There she dropped her green scarf. Later she found a red flute. So Tilia was glad."`,
    );
    expect(heldOut[0]!.text).toMatchInlineSnapshot(
      `"Jossa met Zarick in Swangate. Soon Jossa bought a blue spoon. After that she dropped her brown lamp. That night Jossa felt sad."`,
    );
  });

  it('refuses options that it does not know', () => {
    expect(() => generateStories({ seed: 1, count: 0, cast: 'training' })).toThrow('positive integer');
    // @ts-expect-error there is no such cast
    expect(() => generateStories({ seed: 1, count: 1, cast: 'test' })).toThrow('heldOut');
  });

  it('makes about a megabyte of text, almost without repetition', () => {
    const length = training.reduce((sum, story) => sum + story.text.length, 0);
    expect(length).toBeGreaterThan(950_000);
    expect(length).toBeLessThan(1_050_000);
    expect(new Set(training.map((story) => story.text)).size).toBe(training.length);
  });

  it('writes sentences', () => {
    for (const { text, premise } of training) {
      expect(text.startsWith(`${premise} `)).toBe(true);
      expect(text).toMatch(/^([A-Z][A-Za-z ]+\. )+[A-Z][A-Za-z ]+\.$/);
      expect(text).not.toMatch(/undefined|\ba [aeiou]/);
      expect(premise).not.toMatch(/\b(happy|glad|sad|upset)\b/);
    }
  });
});

describe('casts', () => {
  it('share no person and no place', () => {
    const namesOf = (cast: (typeof casts)['training']): string[] =>
      [...cast.girls, ...cast.boys].map((person) => person.name).concat(cast.places);
    const kept = namesOf(casts.training);
    const held = namesOf(casts.heldOut);
    expect(new Set([...kept, ...held]).size).toBe(kept.length + held.length);
    expect([kept.length, held.length]).toEqual([684, 228]);
    const trainingWords = new Set(training.flatMap((story) => wordsOf(story.text)));
    for (const story of training)
      for (const { question, answer } of story.questions) {
        for (const word of wordsOf(`${question} ${answer}`)) trainingWords.add(word);
      }
    expect(held.filter((name) => trainingWords.has(name))).toEqual([]);
    // Every part of a held-out name was heard in training.
    const heard = kept.join(' ').toLowerCase();
    for (const { facts } of heldOut) {
      expect(kept).not.toContain(facts.hero.name);
      expect(kept).not.toContain(facts.friend.name);
      expect(kept).not.toContain(facts.start);
      expect(heard).toContain(facts.hero.name.slice(0, 2).toLowerCase());
      expect(heard).toContain(facts.hero.name.slice(2));
    }
  });
});

describe('label', () => {
  it('is balanced, told both ways', () => {
    const happy = heldOut.filter((story) => story.label === 'happy').length;
    expect(happy).toBeGreaterThan(450);
    expect(happy).toBeLessThan(550);
    const backwards = training.filter((story) => story.facts.backwards).length / training.length;
    expect(backwards).toBeCloseTo(0.25, 1);
  });

  it('is what a reader of the words derives', () => {
    for (const story of [...training, ...heldOut]) {
      expect(readStory(story.premise).mood, story.premise).toBe(story.label);
      expect(story.text.slice(story.premise.length)).toMatch(story.label === 'happy' ? /happy|glad/ : /sad|upset/);
    }
  });

  it('differs between twins that have the same words', () => {
    for (const story of [...training, ...heldOut]) {
      const twin = mirrorStory(story);
      expect(twin.label).not.toBe(story.label);
      expect(wordsOf(twin.premise).sort()).toEqual(wordsOf(story.premise).sort());
      expect(readStory(twin.premise).mood).toBe(twin.label);
    }
  });

  it('cannot be told by word counts, nor by the event told last alone', () => {
    const accuracy = wordCountAccuracy(training.slice(0, 3200), heldOut);
    expect(Math.abs(accuracy - 0.5)).toBeLessThan(0.05);
    expect(wordCountAccuracy(training.slice(0, 3200), heldOut.concat(heldOut.map(mirrorStory)))).toBeCloseTo(0.5, 2);
    // Who takes the event told last for the last to happen is right about three stories in four.
    const rightByOrder = heldOut.filter(({ premise, label }) => {
      const told = premise.match(/\b(found|won|bought|got|lost|dropped|forgot|gave)\b/g)!;
      return ['found', 'won', 'bought', 'got'].includes(told.at(-1)!) === (label === 'happy');
    });
    expect(rightByOrder.length / heldOut.length).toBeCloseTo(0.75, 1);
  });
});

describe('questions', () => {
  it('have the answers that a reader of the words finds', () => {
    let asked = 0;
    for (const story of [...training.slice(0, 2000), ...heldOut]) {
      const reading = readStory(story.premise);
      for (const { question, answer } of story.questions) {
        expect(reading.answer(question), `${story.premise} ${question}`).toBe(answer);
        asked++;
      }
    }
    expect(asked).toBeGreaterThan(20_000);
  });
});
