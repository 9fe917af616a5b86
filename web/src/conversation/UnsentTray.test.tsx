// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { UnsentEntry } from '../domain/unsent';
import { UnsentTray } from './UnsentTray';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const entry: UnsentEntry = {
  clientId: 'optimistic-1795000000000-abcdefghijklmnop',
  text: 'The tyres are *40 mm*',
  authorName: 'Ben',
  own: false,
  reasonCode: 'undeliverable',
  params: { whatsapp_code: 131026 },
  retryable: true,
  source: 'row',
  file: null,
};

function pass(milliseconds: number): void {
  act(() => {
    vi.advanceTimersByTime(milliseconds);
  });
}

function draw(...entries: UnsentEntry[]) {
  const actions = { onRetry: vi.fn(), onDiscard: vi.fn(), onLift: vi.fn() };
  const { container } = render(<UnsentTray entries={entries} {...actions} />);
  pass(300);
  return { container, ...actions };
}

it('is not there without entries', () => {
  expect(draw().container.firstChild).toBeNull();
});

it('shows text, author and reason, marked with the client id', () => {
  const { container } = draw(entry);
  const shown = container.querySelector(`[data-unsent="${entry.clientId}"]`);
  expect(shown?.textContent).toContain('The tyres are 40 mm');
  expect(shown?.textContent).toContain('Ben');
  expect(shown?.textContent).toContain('(131026)');
});

it('retries, lifts and discards by client id', () => {
  const { onRetry, onDiscard, onLift } = draw(entry);
  fireEvent.click(screen.getByText('Retry'));
  fireEvent.click(screen.getByText('Edit'));
  fireEvent.click(screen.getByText('Discard'));
  for (const action of [onRetry, onLift, onDiscard]) {
    expect(action).toHaveBeenCalledExactlyOnceWith(entry.clientId);
  }
});

it('does not offer what cannot help', () => {
  draw({ ...entry, retryable: false });
  expect(screen.queryByText('Retry')).toBeNull();
});

it('does not open for a text that is on its way into the composer', () => {
  const actions = { onRetry: vi.fn(), onDiscard: vi.fn(), onLift: vi.fn() };
  const { container, rerender } = render(<UnsentTray entries={[entry]} {...actions} />);
  pass(200);
  rerender(<UnsentTray entries={[]} {...actions} />);
  pass(1_000);
  expect(container.firstChild).toBeNull();
});

it('shows a file small, by its name, and offers no editing: it has no place in a text', () => {
  const media = {
    mime_type: 'application/pdf',
    size: 9,
    filename: 'card.pdf',
    state: 'ready',
  } as const;
  const { container } = draw({ ...entry, text: '', file: { kind: 'document', media } });
  expect(container.querySelector('[data-unsent]')?.textContent).toContain('card.pdf');
  expect(screen.queryByRole('button', { name: 'Edit' })).toBeNull();
  expect(screen.getByRole('button', { name: 'Retry' })).toBeTruthy();
});
