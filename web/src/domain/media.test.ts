import { describe, expect, it } from 'vitest';
import { boxOf, durationWords, mediaOf, mediaWord, sizeWords, type MessageMedia } from './media';

const file = (given: Partial<MessageMedia> = {}): MessageMedia => ({
  mime_type: 'image/jpeg',
  size: 1,
  state: 'ready',
  ...given,
});

describe('the file of a message', () => {
  it('is there for the kinds that carry one, and gone where the row has none', () => {
    expect(mediaOf({ message_type: 'text', media: null })).toBeNull();
    expect(mediaOf({ message_type: 'image', media: null })?.state).toBe('gone');
    expect(mediaOf({ message_type: 'image', media: file({ size: 7 }) })?.size).toBe(7);
  });

  it('is called by what it is', () => {
    expect(mediaWord('audio', file({ voice: true }))).toBe('Voice message');
    expect(mediaWord('audio', file())).toBe('Audio');
    expect(mediaWord('document', null)).toBe('Document');
  });
});

describe('the box of a picture', () => {
  it.each([
    [1600, 1000, { width: 300, height: 188 }],
    [700, 1200, { width: 187, height: 320 }],
    [200, 150, { width: 200, height: 150 }],
    [10, 4_000, { width: 140, height: 320 }],
    [4_000, 10, { width: 300, height: 72 }],
  ])('of %d x %d pixels fits the bubble in its shape', (width, height, box) => {
    expect(boxOf('image', file({ width, height }))).toEqual(box);
  });

  it('is reserved before the size is known, and depends on nothing else for other kinds', () => {
    expect(boxOf('image', file({ state: 'fetching' }))).toEqual({ width: 240, height: 180 });
    expect(boxOf('audio', file({ duration_ms: 1 }))).toEqual(boxOf('audio', file()));
  });
});

it('says sizes and lengths in few words', () => {
  expect([0, 999, 1_000, 214_009, 999_499, 999_500, 3_240_000, 16_000_000].map(sizeWords)).toEqual([
    '0 bytes',
    '999 bytes',
    '1 kB',
    '214 kB',
    '999 kB',
    '1.0 MB',
    '3.2 MB',
    '16 MB',
  ]);
  expect([0, 34_000, 61_400, 3_600_000].map(durationWords)).toEqual([
    '0:00',
    '0:34',
    '1:01',
    '60:00',
  ]);
});
