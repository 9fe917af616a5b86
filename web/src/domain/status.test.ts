import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isRegression,
  join,
  rank,
  shown,
  shownFailure,
  type Attempt,
  type ShownOfAttempts as Shown,
} from './status';

const table = JSON.parse(
  readFileSync(new URL('../../../tests/vectors/status.json', import.meta.url), 'utf8'),
) as {
  shown: { name: string; attempts: Attempt[]; shown: string }[];
  joins: { name: string; parts: Attempt[]; joined: Attempt }[];
  falls: { name: string; before: Shown; after: Shown; sent_again: boolean; steps: Attempt[][] }[];
};

const attempts: fc.Arbitrary<Attempt> = fc.record({
  progress: fc.constantFrom('sending', 'sent', 'delivered', 'read', 'played'),
  failures: fc
    .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('131026', '131047')), {
      selector: (failure) => failure.join(),
      maxLength: 4,
    })
    .map((failures) => shownOrder(failures)),
  lapsed: fc.boolean(),
});

const shownOrder = (failures: [number, string][]) =>
  failures.toSorted((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));

describe('the truth table shared with the server', () => {
  test.each(table.shown)('$name: $shown', (row) => {
    expect(shown(row.attempts)).toBe(row.shown);
  });

  test.each(table.joins)('joined: $name', ({ parts, joined }) => {
    expect(parts.reduce(join)).toEqual(joined);
    expect(parts.toReversed().reduce(join)).toEqual(joined);
  });
});

describe('the join', () => {
  test('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(attempts, attempts, attempts, (a, b, c) => {
        expect(join(a, b)).toEqual(join(b, a));
        expect(join(join(a, b), c)).toEqual(join(a, join(b, c)));
        expect(join(a, a)).toEqual(a);
      }),
    );
  });

  test('never makes the shown status fall', () => {
    fc.assert(
      fc.property(attempts, attempts, (a, b) => {
        expect(isRegression(shown([a]), shown([join(a, b)]))).toBe(false);
      }),
    );
  });
});

describe('what a reader may see next', () => {
  test.each([
    ['sending', 'failed', false],
    ['sent', 'failed', false],
    ['delivered', 'failed', true],
    ['read', 'delivered', true],
    ['sent', 'sending', true],
    ['sent', 'waiting', true],
    ['unconfirmed', 'sending', false],
    ['failed', 'delivered', false],
    ['read', 'read', false],
  ] as const)('%s, then %s: a regression is %s', (before, after, regression) => {
    expect(isRegression(before, after)).toBe(regression);
  });

  test.each(table.falls)('$name', ({ before, after, sent_again: isSentAgain, steps }) => {
    expect(steps.map(shown)).toEqual([before, after]);
    expect(isRegression(before, after, isSentAgain)).toBe(false);
    expect(isRegression(before, after, false)).toBe(isSentAgain);
  });

  test('nothing else falls: any word about any attempt', () => {
    fc.assert(
      fc.property(
        fc.array(attempts, { minLength: 1, maxLength: 3 }),
        fc.nat(2),
        attempts,
        (a, i, b) => {
          const n = i % a.length;
          const after = a.map((each, place) => (place === n ? join(each, b) : each));
          expect(isRegression(shown(a), shown(after), a.length > 1)).toBe(false);
        },
      ),
    );
  });

  test('failure, doubt and receipt have no rank', () => {
    expect(
      ['failed', 'unconfirmed', 'received', 'waiting', 'asking'].map((s) => rank(s as 'failed')),
    ).toEqual(Array.from({ length: 5 }, () => null));
    expect(rank('sending')).toBe(0);
    expect(rank('played')).toBe(4);
  });

  test('of several failures the earliest is named, by code within one second', () => {
    expect(shownFailure([])).toBeNull();
    expect(
      shownFailure([
        [9, 'b'],
        [8, 'z'],
        [8, 'c'],
      ]),
    ).toEqual([8, 'c']);
  });
});
