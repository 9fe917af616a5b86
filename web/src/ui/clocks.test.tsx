// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useAfter } from './useAfter';
import { useNow } from './useNow';

const NOON = Date.parse('2026-11-22T12:00:20.000Z');

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function pass(milliseconds: number): void {
  act(() => {
    vi.advanceTimersByTime(milliseconds);
  });
}

describe('what is shown only after a while', () => {
  const after = (active: boolean) =>
    renderHook(({ isActive }) => useAfter(isActive, 300), { initialProps: { isActive: active } });

  it('is not shown for what passes quickly', () => {
    const { result, rerender } = after(true);
    pass(299);
    expect(result.current).toBe(false);
    rerender({ isActive: false });
    pass(1_000);
    expect(result.current).toBe(false);
  });

  it('is shown when it lasts, and gone at once', () => {
    const { result, rerender } = after(true);
    pass(300);
    expect(result.current).toBe(true);
    rerender({ isActive: false });
    expect(result.current).toBe(false);
  });

  it('waits anew each time', () => {
    const { result, rerender } = after(true);
    pass(300);
    rerender({ isActive: false });
    rerender({ isActive: true });
    expect(result.current).toBe(false);
    pass(300);
    expect(result.current).toBe(true);
  });
});

describe('the clock', () => {
  it('turns on whole steps, for all at once', () => {
    const early = renderHook(() => useNow(60_000));
    pass(10_000);
    const late = renderHook(() => useNow(60_000));
    expect(early.result.current).toBe(Date.parse('2026-11-22T12:00:00.000Z'));
    expect(late.result.current).toBe(early.result.current);
    pass(30_001);
    expect(early.result.current).toBe(Date.parse('2026-11-22T12:01:00.000Z'));
    expect(late.result.current).toBe(early.result.current);
  });

  it('is right again when a sleeping page wakes', () => {
    const { result } = renderHook(() => useNow(60_000));
    vi.setSystemTime(NOON + 3_600_000);
    act(() => {
      document.dispatchEvent(new Event('visibilitychange'));
    });
    expect(result.current).toBe(Date.parse('2026-11-22T13:00:00.000Z'));
  });

  it('leaves no timer behind', () => {
    const { unmount } = renderHook(() => useNow(1_000));
    unmount();
    expect(vi.getTimerCount()).toBe(0);
  });
});
