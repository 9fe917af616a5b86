import { describe, expect, it } from 'vitest';
import {
  dayOf,
  dayWords,
  fullMoment,
  hasTwelveHourClock,
  listTime,
  timeLeft,
  timeLeftShort,
  timeOfDay,
  timePassed,
  timePassedShort,
  weekdayAndTime,
} from './time';

const london = { locale: 'en-GB', timeZone: 'Europe/London' };
const newYork = { locale: 'en-US', timeZone: 'America/New_York' };
const now = Date.parse('2026-11-22T14:02:00.000Z');

describe('time of day', () => {
  it('follows the zone and the clock of the place', () => {
    expect(timeOfDay('2026-11-22T14:02:00.000Z', london)).toBe('14:02');
    expect(timeOfDay('2026-11-22T14:02:00.000Z', newYork)).toMatch(/^9:02\sAM$/);
  });

  it('knows where clocks have twelve hours', () => {
    expect(hasTwelveHourClock(london)).toBe(false);
    expect(hasTwelveHourClock(newYork)).toBe(true);
  });

  it('says the whole moment for a tooltip', () => {
    expect(fullMoment('2026-11-22T14:02:11.000Z', london)).toMatch(
      /Sunday.*22 November 2026.*14:02:11/,
    );
  });
});

describe('day chips', () => {
  it('turns at midnight of the place, not of UTC', () => {
    expect(dayOf('2026-11-23T03:00:00.000Z', newYork)).toBe('2026-11-22');
    expect(dayOf('2026-11-23T03:00:00.000Z', london)).toBe('2026-11-23');
  });

  it.each([
    ['2026-11-22', 'Today'],
    ['2026-11-21', 'Yesterday'],
    ['2026-11-20', 'Friday'],
    ['2026-11-16', 'Monday'],
    ['2026-11-15', '15 November 2026'],
    ['2025-03-12', '12 March 2025'],
    ['2026-11-23', '23 November 2026'],
  ])('%s is %s', (day, words) => {
    expect(dayWords(day, now, london)).toBe(words);
  });

  it('counts days, not hours, across the change to summer time', () => {
    const afterChange = Date.parse('2026-03-29T12:00:00.000Z');
    expect(dayWords('2026-03-28', afterChange, london)).toBe('Yesterday');
  });
});

describe('the time in a list row', () => {
  it.each([
    ['2026-11-22T09:05:00.000Z', '09:05'],
    ['2026-11-22T14:03:30.000Z', '14:03'],
    ['2026-11-21T23:59:00.000Z', 'Yesterday'],
    ['2026-11-17T10:00:00.000Z', 'Tuesday'],
    ['2026-11-12T10:00:00.000Z', '12 Nov'],
    ['2025-11-12T10:00:00.000Z', '12 Nov 2025'],
  ])('%s is %s', (iso, words) => {
    expect(listTime(iso, now, london)).toBe(words);
  });

  it('shows a time when the server’s clock is past the browser’s midnight', () => {
    expect(listTime('2026-11-23T00:00:01.000Z', Date.parse('2026-11-22T23:59:59Z'), london)).toBe(
      '00:00',
    );
  });
});

it('names a moment near by its weekday', () => {
  expect(weekdayAndTime('2026-11-23T13:59:00.000Z', now, london)).toBe('Monday 13:59');
  expect(weekdayAndTime('2026-11-16T13:59:00.000Z', now, london)).toBe('Monday 13:59');
  expect(weekdayAndTime('2025-03-12T13:59:00.000Z', now, london)).toBe('12 March 2025 13:59');
});

describe('time left and passed', () => {
  it.each([
    [23 * 3_600_000 + 57 * 60_000, '23 h 57 min'],
    [3_600_000, '1 h 0 min'],
    [3_599_000, '59 min'],
    [600_000, '10 min'],
    [522_000, '8:42'],
    [9_000, '0:09'],
    [-1, '0:00'],
  ])('%i ms left is %s', (milliseconds, words) => {
    expect(timeLeft(milliseconds)).toBe(words);
  });

  it('is short where there is little room', () => {
    expect(timeLeftShort(98 * 60_000)).toBe('1 h 38');
    expect(timeLeftShort(8.7 * 60_000)).toBe('8 min');
    expect(timeLeftShort(-1)).toBe('0 min');
    expect(timePassedShort(0)).toBe('1 min');
    expect(timePassedShort(21.5 * 3_600_000)).toBe('21 h');
    expect(timePassedShort(72 * 3_600_000)).toBe('3 days');
  });

  it.each([
    [20_000, 'less than a minute'],
    [60_000, '1 minute'],
    [14 * 60_000, '14 minutes'],
    [21 * 3_600_000, '21 hours'],
    [72 * 3_600_000, '3 days'],
  ])('%i ms passed is %s', (milliseconds, words) => {
    expect(timePassed(milliseconds)).toBe(words);
  });
});
