import { describe, expect, it } from 'vitest';
import { splitWords } from './split-words.ts';

describe('splitWords', () => {
  it.each([
    ['The cat, a dog!', ['the', 'cat', 'dog']],
    ["O'Brien 2nd x_y 𝒳 𝒳𝒴 ½a", ['brien', '2nd', 'x_y', '𝒳𝒴', '½a']],
    ['', []],
    ['? a 1', []],
  ])('of %j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });
});
