/**
 * Times and days in words. Instants come as ISO 8601 in UTC; what is shown follows the browser's zone and
 * locale unless told otherwise (tests tell otherwise). "Now" is always handed in: nothing here reads a clock.
 */
export interface Place {
  timeZone?: string | undefined;
  locale?: string | undefined;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(place: Place, name: string, options: Intl.DateTimeFormatOptions) {
  const key = `${name} ${place.locale ?? ''} ${place.timeZone ?? ''}`;
  let found = formatters.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(place.locale, { ...options, timeZone: place.timeZone });
    formatters.set(key, found);
  }
  return found;
}

/** "14:02", or "2:02 PM" where clocks have twelve hours. */
export function timeOfDay(iso: string, place: Place = {}): string {
  return formatter(place, 'time', { timeStyle: 'short' }).format(new Date(iso));
}

/** "Sunday, 22 November 2026 at 14:02:11": for the tooltip, and to copy. */
export function fullMoment(iso: string, place: Place = {}): string {
  return formatter(place, 'full', { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(iso));
}

/** The calendar day of an instant, as "2026-11-22". */
export function dayOf(moment: string | number, place: Place = {}): string {
  const options = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  return formatter({ ...place, locale: 'en-CA' }, 'day', options).format(new Date(moment));
}

/** A day chip: "Today", "Yesterday", "Friday" within a week, else "12 March 2025". `day` as `dayOf` writes it. */
export function dayWords(day: string, now: number, place: Place = {}): string {
  const age = daysBetween(day, dayOf(now, place));
  const noon = new Date(`${day}T12:00:00Z`);
  const utc = { ...place, timeZone: 'UTC' };
  if (age === 0 || age === 1) return relativeDay(-age, place);
  if (age > 1 && age < 7) return formatter(utc, 'weekday', { weekday: 'long' }).format(noon);
  return formatter(utc, 'date', { dateStyle: 'long' }).format(noon);
}

/** The time in a list row: time of day, then "Yesterday", weekday, "12 Nov", "12 Nov 2025". */
export function listTime(iso: string, now: number, place: Place = {}): string {
  const day = dayOf(iso, place);
  const today = dayOf(now, place);
  const age = daysBetween(day, today);
  // A server clock slightly ahead must not make today's message a date.
  if (age <= 0) return timeOfDay(iso, place);
  if (age < 7) return dayWords(day, now, place);
  const sameYear = day.slice(0, 4) === today.slice(0, 4);
  const options: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };
  if (!sameYear) options.year = 'numeric';
  return formatter(place, sameYear ? 'short' : 'shortYear', options).format(new Date(iso));
}

/** "Monday 13:59" within a week to either side, else "12 March 2025 13:59". */
export function weekdayAndTime(iso: string, now: number, place: Place = {}): string {
  const isNear = Math.abs(daysBetween(dayOf(iso, place), dayOf(now, place))) < 7;
  const day = isNear
    ? formatter(place, 'localWeekday', { weekday: 'long' })
    : formatter(place, 'localDate', { dateStyle: 'long' });
  return `${day.format(new Date(iso))} ${timeOfDay(iso, place)}`;
}

/** Time left: "23 h 57 min", "38 min", and by the second under ten minutes: "8:42". */
export function timeLeft(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Time left in a list row, by the minute: "1 h 38", "42 min". */
export function timeLeftShort(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60}`;
}

/** Time passed: "less than a minute", "14 minutes", "21 hours", "3 days". */
export function timePassed(milliseconds: number): string {
  const minutes = Math.floor(Math.max(0, milliseconds) / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return plural(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? plural(hours, 'hour') : plural(Math.floor(hours / 24), 'day');
}

/** Time passed, in little room: "1 min", "21 h", "3 days". */
export function timePassedShort(milliseconds: number): string {
  const minutes = Math.max(1, Math.floor(milliseconds / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : plural(Math.floor(hours / 24), 'day');
}

/** Times of day carry a word ("PM") here, so that their slot in a bubble must be wider. */
export function hasTwelveHourClock(place: Place = {}): boolean {
  return formatter(place, 'time', { timeStyle: 'short' }).resolvedOptions().hour12 ?? false;
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Whole days from one ISO day to another. */
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

function relativeDay(days: number, place: Place): string {
  const words = new Intl.RelativeTimeFormat(place.locale, { numeric: 'auto' }).format(days, 'day');
  return words.charAt(0).toLocaleUpperCase(place.locale) + words.slice(1);
}
