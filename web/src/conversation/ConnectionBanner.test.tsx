// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConnectionBanner } from './ConnectionBanner';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

type State = 'online' | 'connecting' | 'offline';
const banner = (state: State, waiting = 0, onTryNow = vi.fn()) => (
  <ConnectionBanner state={state} waiting={waiting} onTryNow={onTryNow} />
);
const words = () => screen.getByRole('status').textContent;

function pass(milliseconds: number): void {
  act(() => {
    vi.advanceTimersByTime(milliseconds);
  });
}

it('is silent for 2 s, and through a change of what is wrong', () => {
  const { rerender } = render(banner('connecting'));
  pass(1_999);
  expect(words()).toBe('');
  rerender(banner('offline'));
  pass(1);
  expect(words()).toContain('Offline');
});

it('is gone at once when the connection is back', () => {
  const { rerender } = render(banner('connecting'));
  pass(2_000);
  expect(words()).toBe('Reconnecting…');
  rerender(banner('online'));
  expect(words()).toBe('');
});

it.each([
  ['offline', 1, 'Offline. 1 message waits for the network'],
  ['offline', 2, 'Offline. 2 messages wait for the network'],
  ['connecting', 2, 'Reconnecting… 2 messages wait'],
] as const)('says what waits: %s, %i', (state, waiting, sentence) => {
  render(banner(state, waiting));
  pass(2_000);
  expect(words()).toContain(sentence);
});

it('tries at once when asked', () => {
  const tryNow = vi.fn();
  render(banner('offline', 0, tryNow));
  pass(2_000);
  fireEvent.click(screen.getByRole('button', { name: 'Try now' }));
  expect(tryNow).toHaveBeenCalledOnce();
});
