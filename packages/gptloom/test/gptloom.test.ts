import { expect, test } from 'vitest';
import * as gptloom from 'gptloom';
import * as node from 'gptloom/node';

const packages = [
  'core',
  'formats',
  'tokenizer',
  'metrics',
  'ops',
  'backend',
  'layers',
  'gpt-model',
  'trainer',
  'finetune',
];

// A name that two packages export would silently be missing from `export *`.
test.each(packages)('every name of @gptloom/%s is exported, and is the same thing', async (name) => {
  const source = (await import(`@gptloom/${name}`)) as Record<string, unknown>;
  expect(Object.keys(source).length).toBeGreaterThan(0);
  for (const key of Object.keys(source)) expect((gptloom as Record<string, unknown>)[key], key).toBe(source[key]);
});

test('the reporters of the terminal are in gptloom/node', () => {
  expect(Object.keys(node)).toContain('progressBar');
});
