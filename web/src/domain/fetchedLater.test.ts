import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fetchedLater } from './fetchedLater';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a part that does not come is asked for again, more and more rarely, until it does', async () => {
  const began = Date.now();
  const asked: number[] = [];
  const part = fetchedLater(() => {
    asked.push(Date.now() - began);
    if (asked.length < 9) return Promise.reject(new TypeError('Failed to fetch'));
    return Promise.resolve('the recorder');
  });
  await vi.advanceTimersByTimeAsync(300_000);
  expect(await part).toBe('the recorder');
  expect(asked.map((at) => at / 1_000)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
});
