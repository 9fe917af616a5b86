// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import type { ConversationRow } from '../protocol/shapes';
import { ContactPanel } from './ContactPanel';

afterEach(cleanup);

const HOUR = 3_600_000;
const conversation = (overrides: Partial<ConversationRow> = {}): ConversationRow => ({
  _id: 'c1',
  rev: 1,
  inbox_id: 'i1',
  contact: { _id: 'k1', name: 'Ines Okafor', phone: '447700900318', username: 'ines.rides' },
  last_message: null,
  last_pos: 14,
  last_activity_at: new Date().toISOString(),
  read_up_to_pos: 14,
  unread_count: 0,
  service_window_expires_at: new Date(Date.now() + 23.5 * HOUR).toISOString(),
  unsent_count: 0,
  ...overrides,
});

it('says who the contact is and how long free text may be sent', () => {
  render(<ContactPanel conversation={conversation()} onClose={vi.fn()} />);
  expect(screen.getByText('Ines Okafor')).toBeTruthy();
  expect(screen.getByText('+447700900318 · @ines.rides')).toBeTruthy();
  expect(screen.getByText(/^23 h (28|29) min left$/)).toBeTruthy();
});

it('does not say a number twice when it is the name', () => {
  const contact = { _id: 'k1', name: '', phone: '447700900142' };
  render(<ContactPanel conversation={conversation({ contact })} onClose={vi.fn()} />);
  expect(screen.getAllByText('+447700900142')).toHaveLength(1);
});

it.each([
  [null, 'It opens when the contact writes.'],
  [
    new Date(Date.now() - HOUR).toISOString(),
    /^Closed since .* It opens when the contact writes\.$/,
  ],
])('says what opens a window that is not open', (service_window_expires_at, words) => {
  render(
    <ContactPanel conversation={conversation({ service_window_expires_at })} onClose={vi.fn()} />,
  );
  expect(screen.getByText(words)).toBeTruthy();
});

it('is the first layer that Esc peels: what lies below does not see the key', () => {
  const onClose = vi.fn();
  const below = vi.fn();
  document.addEventListener('keydown', below);
  render(<ContactPanel conversation={conversation()} onClose={onClose} />);
  fireEvent.keyDown(document.body, { key: 'Escape' });
  document.removeEventListener('keydown', below);
  expect(onClose).toHaveBeenCalledOnce();
  expect(below).not.toHaveBeenCalled();
});
