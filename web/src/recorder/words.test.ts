import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Hop } from '../protocol/shapes';
import { duration, wordsOf, type Facts } from './words';

const table = JSON.parse(
  readFileSync(new URL('../../../tests/vectors/hops.json', import.meta.url), 'utf8'),
) as {
  facts: Facts;
  hops: { hop: Hop; title: string; words: string }[];
  durations: [number, string][];
};

test.each(table.hops)('$title: $words', ({ hop, title, words }) => {
  expect(wordsOf(hop, table.facts)).toEqual([title, words]);
});

test.each(table.durations)('%i ms is %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test('to the sender it says "you" and "your"', () => {
  const at = '2026-11-25T14:02:04.112Z';
  const facts = { ...table.facts, sender: 'you' };
  const hop = (name: Hop['name']): Hop => ({ name, at, clock: 'browser' });
  expect(wordsOf(hop('enter'), facts)).toEqual(['Enter', 'you pressed it']);
  expect(wordsOf(hop('painted'), facts)).toEqual(['Painted', 'on your screen']);
});

test('a hop of a newer server keeps its name', () => {
  const hop = { name: 'teleported', at: '2026-11-25T14:02:04.112Z' } as unknown as Hop;
  expect(wordsOf(hop, table.facts)).toEqual(['teleported', '']);
});
