import { expect, test } from 'vitest';
import { lengthOf, textFault } from './messageLimits';

test.each([
  ['a', 4_096, null],
  ['a', 4_097, 'text_too_long'],
  ['🚲', 4_096, null],
  ['🚲', 4_097, 'text_too_long'],
] as const)('%s, %i times: %s', (character, count, fault) => {
  expect(textFault(character.repeat(count))).toBe(fault);
});

test.each(['', '   \n\t', '\u200b\u200d', '\u2800\u3164', '\u00ad'])(
  'a text that draws nothing is empty: %j',
  (text) => {
    expect(textFault(text)).toBe('text_empty');
  },
);

test('one visible letter among fillers is a text', () => {
  expect(textFault('\u200b a')).toBeNull();
});

test('length counts code points, as the server does', () => {
  expect(lengthOf('é🚲')).toBe(2);
});
