import { expect, test } from 'vitest';
import { newClientId } from './clientId';

// As the server checks it.
const FORM = /^optimistic-[0-9]{13}-[A-Za-z0-9_-]{16,64}$/;

test('an id has the form that the server takes, and at least 96 random bits', () => {
  const ids = Array.from({ length: 1_000 }, () => newClientId());
  expect(ids.filter((id) => !FORM.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(1_000);
  expect((ids[0]?.split('-').slice(2).join('-').length ?? 0) * 6).toBeGreaterThanOrEqual(96);
});

test('begins with the time it was made, in 13 digits whatever the clock says', () => {
  expect(newClientId(1_795_300_000_123.7)).toMatch(/^optimistic-1795300000123-/);
  expect(newClientId(5)).toMatch(/^optimistic-0000000000005-/);
});
