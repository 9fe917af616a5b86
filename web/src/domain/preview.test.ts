import { describe, expect, it } from 'vitest';
import { contactName, matchesSearch, previewOf } from './preview';

const preview = (message_type: string, text_content = '') =>
  previewOf({ message_type, text_content });

describe('one line of a message', () => {
  it('shows text without its marks and on one line', () => {
    expect(preview('text', 'The *blue*\none')).toEqual({ kind: 'text', text: 'The blue one' });
  });

  it('names a kind that has no words of its own, and prefers its caption', () => {
    expect(preview('image')).toEqual({ kind: 'image', text: 'Photo' });
    expect(preview('image', 'This hub clicks')).toEqual({ kind: 'image', text: 'This hub clicks' });
  });

  it('says so when the kind is not known, also for names every object has', () => {
    expect(preview('hologram').kind).toBe('unknown');
    expect(preview('constructor').kind).toBe('unknown');
  });
});

it('names a contact by name, else number, else user name', () => {
  expect(contactName({ name: 'Ines Okafor', phone: '447700900318' })).toBe('Ines Okafor');
  expect(contactName({ name: ' ', phone: '447700900318' })).toBe('+447700900318');
  expect(contactName({ name: '', username: 'gravelgoose' })).toBe('@gravelgoose');
  expect(contactName({ name: '' })).toBe('Unknown contact');
});

describe('search', () => {
  const row = ['Tomás Verhey', '447700900142', 'Is the blue one still in the shop?', undefined];

  it.each(['tomas', 'VERHEY', 'blue ONE', '+44 7700 900', '900142', ''])('%j finds it', (typed) => {
    expect(matchesSearch(row, typed)).toBe(true);
  });

  it.each(['ines', '900143', 'blue two'])('%j does not', (typed) => {
    expect(matchesSearch(row, typed)).toBe(false);
  });

  it('does not take a word with digits for a number', () => {
    expect(matchesSearch(['447700900142'], 'room 142')).toBe(false);
  });
});
