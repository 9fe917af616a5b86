// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConversationRow } from '../protocol/shapes';
import { ConversationHeader } from './ConversationHeader';

const NOW = Date.parse('2026-11-22T14:00:00.000Z');
const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const withWindow = (left: number | null): ConversationRow => ({
  _id: 'c1',
  rev: 1,
  inbox_id: 'i1',
  contact: { _id: 'k1', name: 'Lotte Brandvik' },
  last_message: null,
  last_pos: 0,
  last_activity_at: '2026-11-22T13:00:00.000Z',
  read_up_to_pos: 0,
  unread_count: 0,
  service_window_expires_at: left === null ? null : new Date(NOW + left).toISOString(),
  unsent_count: 0,
});

const actions = { onBack: vi.fn(), onTogglePanel: vi.fn() };

function draw(conversation: ConversationRow | undefined): string {
  const { container } = render(
    <ConversationHeader conversation={conversation} panelOpen={false} {...actions} />,
  );
  return container.querySelector('p span')?.textContent ?? '';
}

const words = () => document.querySelector('p span')?.textContent;

function pass(milliseconds: number): void {
  act(() => {
    vi.advanceTimersByTime(milliseconds);
  });
}

it('never promises more than is left: a window that has just begun is not 24 h', () => {
  expect(draw(withWindow(24 * 60 * MINUTE))).toBe('Service window open, 23 h 59 min left');
});

it('counts minutes, then seconds, then says that it has closed', () => {
  draw(withWindow(12 * MINUTE));
  expect(words()).toBe('11 min left in the service window');
  pass(4 * MINUTE);
  expect(words()).toBe('8:00 left in the service window');
  pass(1_001);
  expect(words()).toBe('7:59 left in the service window');
  pass(8 * MINUTE);
  expect(words()).toBe('Service window closed 1 min ago');
});

it('keeps its place while the conversation is on its way', () => {
  draw(undefined);
  fireEvent.click(screen.getByRole('button', { name: 'Back to the list' }));
  expect(actions.onBack).toHaveBeenCalledOnce();
});

it('says whether the contact panel is open', () => {
  draw(withWindow(null));
  const button = screen.getByRole('button', { name: 'Contact' });
  expect(button.getAttribute('aria-expanded')).toBe('false');
  fireEvent.click(button);
  expect(actions.onTogglePanel).toHaveBeenCalledOnce();
});
