// @vitest-environment happy-dom
import { act, cleanup, render } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { dayOf } from '../domain/time';
import { DayChip } from './DayChip';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it('turns from today to yesterday at midnight, while it is looked at', () => {
  const lateInTheEvening = new Date(2026, 10, 22, 23, 59, 30).getTime();
  vi.useFakeTimers({ now: lateInTheEvening });
  const { container } = render(<DayChip date={dayOf(lateInTheEvening)} />);
  expect(container.textContent).toBe('Today');
  act(() => {
    vi.advanceTimersByTime(31_000);
  });
  expect(container.textContent).toBe('Yesterday');
});
