import { expect, it } from 'vitest';
import type { ConversationRow } from '../protocol/shapes';
import { countWords, isFound } from './filters';

const row = {
  contact: { _id: 'k', name: 'Tomás Verhey', phone: '447700900142', username: 'tverhey' },
  last_message: { text_content: 'Is the blue one still in the shop?' },
} as unknown as ConversationRow;

it.each(['tom', '900142', '@tverhey'.slice(1), 'blue one'])(
  'finds a conversation by %j',
  (typed) => {
    expect(isFound(row, typed)).toBe(true);
  },
);

it('does not find what is not there, nor a word in a conversation without messages', () => {
  expect(isFound(row, 'green')).toBe(false);
  expect(isFound({ ...row, last_message: null }, 'blue')).toBe(false);
});

it('counts what is loaded, and says when there may be more', () => {
  expect(countWords(0, true)).toBeUndefined();
  expect(countWords(6, false)).toBe('6');
  expect(countWords(50, true)).toBe('50+');
});
