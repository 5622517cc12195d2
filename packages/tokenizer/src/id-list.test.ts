import { expect, test } from 'vitest';
import { IdList } from './id-list.ts';

test('gives its ids once, as an array of their own', () => {
  const list = new IdList();
  for (let id = 0; id < 1000; id++) list.push(id);
  const first = list.take();
  expect(first).toEqual(Array.from({ length: 1000 }, (_, id) => id));
  list.push(7);
  list.reserve(2).set([8, 9], list.size);
  list.size += 2;
  expect(list.take()).toEqual([7, 8, 9]);
  expect(list.take()).toEqual([]);
  expect(first).toHaveLength(1000);
});
