import { expect, it } from 'vitest';
import { ringOf, serviceWindowAt, windowWords } from './serviceWindow';

const now = Date.parse('2026-11-22T14:00:00.000Z');
const after = (milliseconds: number) => new Date(now + milliseconds).toISOString();

it.each([
  [after(23 * 3_600_000 + 57 * 60_000), 'open', 'Service window open, 23 h 57 min left'],
  [after(98 * 60_000), 'low', '1 h 38 min left in the service window'],
  [after(522_000), 'low', '8:42 left in the service window'],
  [after(0), 'closed', 'Service window closed 1 min ago'],
  [after(-21 * 3_600_000), 'closed', 'Service window closed 21 h ago'],
  [null, 'never', 'The contact has not written yet'],
])('%s is %s: %s', (expiresAt, state, words) => {
  const window = serviceWindowAt(expiresAt, now);
  expect(window.state).toBe(state);
  expect(windowWords(window)).toBe(words);
});

it('draws what is left of the day', () => {
  expect(ringOf(serviceWindowAt(after(12 * 3_600_000), now))).toEqual({ left: 0.5, low: false });
  expect(ringOf(serviceWindowAt(after(3_600_000), now))).toEqual({ left: 1 / 24, low: true });
  expect(ringOf(serviceWindowAt(after(-1), now))).toBe('closed');
  expect(ringOf(serviceWindowAt(null, now))).toBe('closed');
});
