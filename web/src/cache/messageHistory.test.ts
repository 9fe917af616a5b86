import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredMessage } from '../domain/message';
import type { MessagePage } from '../protocol/shapes';
import { storedRow } from '../testing/rows';
import {
  emptyHistory,
  mergePage,
  mergeRow,
  replaceWithPages,
  rowOf,
  type MessageHistory,
} from './messageHistory';

const page = (messages: StoredMessage[], hasMore = false): MessagePage => ({
  as_of_seq: 1,
  epoch: 'e',
  messages,
  has_more: hasMore,
});
const revs = (history: MessageHistory) => history.rows.map((row) => [row.pos, row.rev]);

describe('a row and a page may come in any order (R14)', () => {
  test('an event that came while the page was under way outlives it', () => {
    const caught = mergeRow(emptyHistory(), storedRow(3, { rev: 2 }));
    const history = mergePage(caught, page([storedRow(2), storedRow(3)], true));
    expect(revs(history)).toEqual([
      [2, 1],
      [3, 2],
    ]);
  });

  test('a page read before a change does not take the change back', () => {
    const history = mergeRow(
      mergePage(emptyHistory(), page([storedRow(5)], true)),
      storedRow(2, { rev: 4 }),
    );
    expect(revs(history)).toEqual([[5, 1]]);
    expect(revs(mergePage(history, page([storedRow(1), storedRow(2, { rev: 3 })])))).toEqual([
      [1, 1],
      [2, 4],
      [5, 1],
    ]);
  });

  test('a row that is known with the same or a greater rev leaves the very same history', () => {
    const history = mergePage(emptyHistory(), page([storedRow(1, { rev: 3 })]));
    expect(mergeRow(history, storedRow(1, { rev: 3 }))).toBe(history);
    expect(mergeRow(history, storedRow(1, { rev: 2 }))).toBe(history);
  });

  test('a row is found by its client_id once it is in the loaded range', () => {
    const history = mergePage(emptyHistory(), page([storedRow(4), storedRow(7)], true));
    expect(rowOf(history, 'client-7')?.pos).toBe(7);
    expect(rowOf(mergeRow(history, storedRow(2)), 'client-2')).toBeUndefined();
    expect(rowOf(mergeRow(history, storedRow(8)), 'client-8')?.pos).toBe(8);
  });
});

describe('after reset', () => {
  test('pages replace what was held, and what came since is kept', () => {
    const before = mergePage(emptyHistory(), page([storedRow(1, { rev: 9 }), storedRow(2)]));
    const meanwhile = mergeRow(mergeRow(before, storedRow(3)), storedRow(2, { rev: 5 }));
    const pages = [
      page([storedRow(1, { rev: 1 })]),
      page([storedRow(2), storedRow(3, { rev: 0 })], true),
    ];
    expect(revs(replaceWithPages(meanwhile, before, pages))).toEqual([
      [1, 1],
      [2, 5],
      [3, 1],
    ]);
  });
});

/** A server with rows that come and change, and pages on their way from it. */
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('store' as const) }),
    fc.record({ kind: fc.constant('change' as const), at: fc.nat(60) }),
    fc.record({ kind: fc.constant('ask' as const), size: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ kind: fc.constant('land' as const) }),
  ),
  { maxLength: 60 },
);

test('whatever the order of rows and pages, what is loaded equals the server', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), steps, (stored, given) => {
      const server = Array.from({ length: stored }, (_, index) => storedRow(index + 1));
      let client = emptyHistory();
      let underWay: MessagePage | null = null;
      const land = () => {
        if (underWay) client = mergePage(client, underWay);
        underWay = null;
      };
      for (const step of given) {
        if (step.kind === 'store') {
          const row = storedRow(server.length + 1);
          server.push(row);
          client = mergeRow(client, row);
        } else if (step.kind === 'change' && server.length > 0) {
          const index = step.at % server.length;
          const row = { ...server[index]!, rev: server[index]!.rev + 1 };
          server[index] = row;
          client = mergeRow(client, row);
        } else if (step.kind === 'ask' && !underWay) {
          const earlier = server.filter((row) => row.pos < (client.from ?? Infinity));
          underWay = page(earlier.slice(-step.size), earlier.length > step.size);
        } else if (step.kind === 'land') land();
      }
      land();
      const { from } = client;
      expect(client.rows).toEqual(from === null ? [] : server.filter((row) => row.pos >= from));
    }),
    { numRuns: 500 },
  );
});
