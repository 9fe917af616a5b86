import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGENT, NOON, ownRow, storedRow, typedMessage } from '../testing/rows';
import type { EntryPhase, StoredMessage } from './message';
import {
  selectTimeline,
  type PendingMessage,
  type Timeline,
  type TimelineInput,
  type TimelineItem,
} from './timeline';

function input(
  rows: StoredMessage[],
  pending: PendingMessage[] = [],
  unread: TimelineInput['unread'] = null,
): TimelineInput {
  return { rows, pending, unread, places: new Map(rows.map((row) => [row.client_id, row.pos])) };
}

const pending = (clientId: string, phase: EntryPhase = 'posting', at = NOON): PendingMessage => ({
  message: typedMessage(clientId, at),
  phase,
  reason: null,
});
const keys = (timeline: Timeline) => timeline.items.map((item) => item.key);
const statuses = (timeline: Timeline) => timeline.items.map((item) => item.status);
const select = (given: TimelineInput, before: Timeline | null = null) =>
  selectTimeline(given, before);

test('what is being lifted or came back is not in the thread', () => {
  const entries = [pending('lifted', 'lifting'), pending('back', 'returned'), pending('sent')];
  expect(keys(select(input([], entries)))).toEqual(['sent']);
});

test('what asks or waits says why, in the entry’s own words', () => {
  const entries = [
    { ...pending('asks', 'asking'), reason: { code: 'window_closed' } },
    { ...pending('waits', 'waiting'), reason: { code: 'storage_full' } },
    pending('leaves'),
  ];
  expect(select(input([], entries)).items.map((item) => item.reasonCode)).toEqual([
    'window_closed',
    'storage_full',
    null,
  ]);
});

describe('one bubble for each message (R15)', () => {
  test('optimistic messages stand after the stored ones, in the order given', () => {
    const timeline = select(input([storedRow(1), storedRow(2)], [pending('b'), pending('a')]));
    expect(keys(timeline)).toEqual(['client-1', 'client-2', 'b', 'a']);
    expect(timeline.items.map((item) => item.pos)).toEqual([1, 2, null, null]);
  });

  test('an optimistic message is hidden by the presence of its row, whatever its phase', () => {
    const entry = pending('mine', 'waiting');
    const row = ownRow(typedMessage('mine'), 2);
    expect(keys(select(input([storedRow(1), row], [entry])))).toEqual(['client-1', 'mine']);
  });

  test('an accepted one without its row stays: nothing blinks between answer and row', () => {
    expect(statuses(select(input([], [pending('mine', 'accepted')])))).toEqual(['sending']);
  });

  test('what came back is not in the thread, nor is a failed row, dismissed or not', () => {
    const failed = storedRow(1, { direction: 'outbound', status: 'failed' });
    const dismissed = storedRow(2, {
      direction: 'outbound',
      status: 'failed',
      dismissed_at: '2026-11-22T12:00:00Z',
    });
    expect(keys(select(input([failed, dismissed], [pending('mine', 'returned')])))).toEqual([]);
  });

  test('waiting and asking are shown as such, any other phase as sending', () => {
    const entries = (['queued', 'posting', 'waiting', 'asking', 'accepted'] as const).map((phase) =>
      pending(phase, phase),
    );
    expect(statuses(select(input([], entries)))).toEqual([
      'sending',
      'sending',
      'waiting',
      'asking',
      'sending',
    ]);
  });
});

describe('runs, days and dividers', () => {
  const at = (pos: number, time: string, sender = 'contact-1') =>
    storedRow(pos, { created_at: time, timestamp: time, sender_id: sender });
  const flags = (rows: StoredMessage[], flag: keyof TimelineItem) =>
    select(input(rows)).items.map((item) => item[flag]);

  test('a run is one sender with at most 60 s between two messages', () => {
    const rows = [
      at(1, '2026-11-22T12:00:00Z'),
      at(2, '2026-11-22T12:01:00Z'),
      at(3, '2026-11-22T12:02:01Z'),
      at(4, '2026-11-22T12:02:02Z', 'agent-ana'),
    ];
    expect(flags(rows, 'firstOfRun')).toEqual([true, false, true, true]);
    expect(flags(rows, 'lastOfRun')).toEqual([false, true, true, true]);
  });

  test('a day chip stands above the first message of each day, and a run ends at midnight', () => {
    const rows = [at(1, '2026-11-22T23:59:50'), at(2, '2026-11-23T00:00:10')];
    expect(flags(rows, 'dayBefore')).toEqual(['2026-11-22', '2026-11-23']);
    expect(flags(rows, 'firstOfRun')).toEqual([true, true]);
  });

  test('the unread divider stands once, above the first unread row', () => {
    const rows = [1, 2, 3, 4].map((pos) => storedRow(pos));
    const { items } = select(input(rows, [pending('mine')], { fromPos: 3, count: 2 }));
    expect(items.map((item) => item.unreadBefore)).toEqual([null, null, 2, null, null]);
  });

  test('a contact row more than a minute older than its predecessor shows both times', () => {
    const rows = [
      at(1, '2026-11-22T12:05:00Z'),
      { ...at(2, '2026-11-22T12:05:00Z'), timestamp: '2026-11-22T12:03:59Z' },
      { ...at(3, '2026-11-22T12:05:00Z'), timestamp: '2026-11-22T12:03:59Z' },
    ];
    expect(flags(rows, 'clockSkew')).toEqual([false, true, false]);
  });
});

describe('the row takes the place of its optimistic message without a pixel (R20)', () => {
  test.each([-3_600_000, -61_000, 0, 61_000, 3_600_000])(
    'with a browser clock %i ms off',
    (offset) => {
      const row = storedRow(1, { direction: 'outbound', sender_id: AGENT._id });
      const entry = pending('mine', 'posting', NOON + 2_000 + offset);
      const drawn = select(input([row], [entry]));
      const stored = ownRow(typedMessage('mine', NOON + 2_000), 2);
      const later = select(input([row, stored], [entry]), drawn);
      const again = select(input([row, { ...stored, rev: 2, status: 'read' }]), later);
      for (const timeline of [later, again]) {
        const [before, after] = [drawn.items[1], timeline.items[1]];
        expect(after?.key).toBe(before?.key);
        expect(after?.firstOfRun).toBe(before?.firstOfRun);
        expect(after?.dayBefore).toBe(before?.dayBefore);
      }
    },
  );
});

describe('unchanged items stay the same objects', () => {
  const rows = Array.from({ length: 50 }, (_, index) => storedRow(index + 1));
  const before = select(input(rows));
  const changed = (timeline: Timeline) =>
    timeline.items.filter((item) => !before.items.includes(item)).map((item) => item.key);

  test('a new message changes itself and the end of the run before it', () => {
    const timeline = select(input([...rows, storedRow(51)]), before);
    expect(changed(timeline)).toEqual(['client-50', 'client-51']);
  });

  test('a new status changes one item', () => {
    const timeline = select(input(rows.with(20, { ...storedRow(21), rev: 2 })), before);
    expect(changed(timeline)).toEqual(['client-21']);
  });

  test('older history leaves all but the first item as they were', () => {
    const older = Array.from({ length: 20 }, (_, index) => storedRow(index - 19));
    const timeline = select(input([...older, ...rows]), before);
    expect(timeline.items).toHaveLength(70);
    expect(changed(timeline)).toHaveLength(21);
  });

  test('nothing new is the same list', () => {
    expect(select(input([...rows]), before).items).toBe(before.items);
  });
});

describe('made step by step it equals what is made at once', () => {
  // Joints once drawn are kept, so the steps here keep one clock: then both ways must agree.
  const step = fc.oneof(
    fc.record({ kind: fc.constant('arrive' as const) }),
    fc.record({ kind: fc.constant('older' as const) }),
    fc.record({ kind: fc.constant('fail' as const), at: fc.nat(40) }),
    fc.record({ kind: fc.constant('change' as const), at: fc.nat(40) }),
    fc.record({ kind: fc.constant('enter' as const) }),
    fc.record({ kind: fc.constant('store' as const) }),
    fc.record({ kind: fc.constant('unread' as const), at: fc.nat(40) }),
  );

  test('for any history', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let rows: StoredMessage[] = [storedRow(100)];
        let entries: PendingMessage[] = [];
        let unread: TimelineInput['unread'] = null;
        let timeline: Timeline | null = null;
        let entered = 0;
        for (const each of steps) {
          const first = rows[0]?.pos ?? 100;
          const last = rows.at(-1)?.pos ?? 100;
          const index = 'at' in each ? each.at % rows.length : 0;
          const row = rows[index]!;
          if (each.kind === 'arrive') rows = rows.concat(storedRow(last + 1));
          if (each.kind === 'older') {
            rows = [storedRow(first - 2), storedRow(first - 1)].concat(rows);
          }
          if (each.kind === 'fail') rows = rows.with(index, { ...row, status: 'failed' });
          if (each.kind === 'change') rows = rows.with(index, { ...row, rev: row.rev + 1 });
          if (each.kind === 'enter') {
            entries = entries.concat(pending(`own-${++entered}`, 'posting', NOON + 10_000_000));
          }
          const [oldest, ...rest] = entries;
          if (each.kind === 'store' && oldest) {
            rows = rows.concat(ownRow(oldest.message, last + 1));
            entries = rest;
          }
          if (each.kind === 'unread') unread = { fromPos: row.pos, count: 1 };
          timeline = selectTimeline(input(rows, entries, unread), timeline);
        }
        const whole = selectTimeline(input(rows, entries, unread), null);
        expect((timeline ?? whole).items).toEqual(whole.items);
        expect(new Set(keys(whole)).size).toBe(whole.items.length);
      }),
      { numRuns: 300 },
    );
  });
});
