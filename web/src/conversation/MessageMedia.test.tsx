// @vitest-environment happy-dom
import 'fake-indexeddb/auto';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Message } from '../domain/message';
import type { TimelineItem } from '../domain/timeline';
import type { Media } from '../protocol/shapes';
import { filedMessage, ownRow, storedRow } from '../testing/rows';
import { loadMediaParts } from './mediaParts';
import { MessageBubble } from './MessageBubble';

const media = (given: Partial<Media> = {}): Media => ({
  id: 'media-1',
  mime_type: 'image/jpeg',
  size: 214_009,
  width: 800,
  height: 500,
  state: 'ready',
  ...given,
});

function item(message: Message, pos: number | null): TimelineItem {
  return {
    key: message.client_id,
    message,
    status: message.status,
    pos,
    firstOfRun: true,
    lastOfRun: true,
    dayBefore: null,
    unreadBefore: null,
    reasonCode: null,
    clockSkew: false,
  };
}

const nothing = () => undefined;
const bubble = (message: Message, pos: number | null) => (
  <MessageBubble
    item={item(message, pos)}
    ownAgentId="agent-ana"
    onSendAgain={nothing}
    onLeave={nothing}
    onConsent={nothing}
    onTakeBack={nothing}
  />
);

const inbound = (kind: string, given: Partial<Media>, text = '') =>
  storedRow(1, { client_id: kind, message_type: kind, text_content: text, media: media(given) });

const box = () => document.querySelector<HTMLElement>('[data-media]')!;
const frame = () => [
  box().style.aspectRatio,
  document.querySelector<HTMLElement>('[data-bubble]')!.style.inlineSize,
];

beforeEach(() => loadMediaParts());
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

it('a photo has its box before anything of it is loaded, and the same one as a stored row', () => {
  const message = filedMessage('mine');
  const { rerender } = render(bubble(message, null));
  const before = frame();
  expect(before).toEqual(['300 / 188', '306px']);
  const node = box();
  // The server may have measured it otherwise: turned, or shrunk.
  const row = ownRow(message, 1, { media: media({ width: 500, height: 800 }) });
  rerender(bubble(row, 1));
  expect(frame()).toEqual(before);
  expect(box()).toBe(node);
});

it('a photo of a contact is named, opens large, and shows its words', () => {
  render(bubble(inbound('image', {}, 'My hub'), 1));
  expect(screen.getByAltText('Photo: My hub').getAttribute('src')).toBe(
    '/api/messages/image/media',
  );
  expect(screen.getByRole('button', { name: 'Open the photo: My hub' })).toBeTruthy();
  expect(screen.getByText('My hub')).toBeTruthy();
});

it('a document is a card that downloads it, with its name, type and size', () => {
  render(bubble(inbound('document', { filename: 'card.pdf', mime_type: 'application/pdf' }), 1));
  const link = screen.getByRole('link', { name: 'Download card.pdf, PDF · 214 kB' });
  expect(link.getAttribute('href')).toBe('/api/messages/document/media?download=1');
});

it('a voice message says how long it is and can be played, sought in and sped up', async () => {
  const play = vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue();
  render(bubble(inbound('audio', { voice: true, duration_ms: 34_000, size: 0 }), 1));
  expect(screen.getByText('0:34')).toBeTruthy();
  screen.getByRole('button', { name: 'Play the voice message' }).click();
  expect(play).toHaveBeenCalledOnce();
  const speed = () => screen.getByRole('button', { name: /^Speed/ });
  for (const next of ['1.5×', '2×', '1×']) {
    speed().click();
    await waitFor(() => expect(speed().textContent).toBe(next));
  }
  expect(screen.getByRole('slider').getAttribute('aria-valuetext')).toBe('0:00 of 0:34');
});

it.each([
  ['image', { state: 'fetching' }, 'Photo on its way from WhatsApp'],
  ['image', { state: 'gone', reason: 'expired' }, 'no longer at WhatsApp'],
  ['video', { state: 'gone', reason: 'too_large' }, 'too large to be kept'],
  ['audio', { state: 'gone', reason: 'damaged' }, 'came damaged'],
] as const)('a file (%s) that is not here says so: %o', (kind, given, words) => {
  render(bubble(inbound(kind, given), 1));
  expect(box().textContent).toContain(words);
});

it('a sticker stands without a bubble', () => {
  render(bubble(inbound('sticker', { mime_type: 'image/webp', width: 512, height: 512 }), 1));
  expect(document.querySelector('[data-bubble]')?.className).toContain('bare');
});
