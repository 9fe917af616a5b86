// @vitest-environment happy-dom
import { QueryObserver, skipToken } from '@tanstack/react-query';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StoredMessage } from '../domain/message';
import type { Event, MessagePage } from '../protocol/shapes';
import { FakeServer } from '../testing/fakeServer';
import { CONVERSATION, storedRow } from '../testing/rows';
import { applyEvent, applyRow, historyKey } from './applyRow';
import { loadNewest, loadOlder, reloadEverything } from './loadPages';
import { emptyHistory, rowOf, type MessageHistory } from './messageHistory';
import { createQueryClient, streamCursorOf } from './queryClient';

const PAGE = 3;

/** A server whose answers are read at once and arrive whenever the test lets them, and the page that asks it. */
class World {
  readonly client = createQueryClient();
  readonly #rows: StoredMessage[] = [];
  readonly #log: Event[] = [];
  readonly #underWay: (() => void)[] = [];

  constructor() {
    new FakeServer().on(`GET /api/conversations/([^/]+)/messages\\?(.*)`, ([, query]) =>
      this.#later(this.#page(new URLSearchParams(query).get('before_pos'))),
    );
    // A query that nobody observes is forgotten by a reload instead of being read again.
    new QueryObserver<MessageHistory>(this.client, {
      queryKey: historyKey(CONVERSATION),
      queryFn: skipToken,
    }).subscribe(() => undefined);
  }

  say(): void {
    this.#store(storedRow(this.#rows.length + 1), 'new_message');
  }

  change(which: number): void {
    const row = this.#rows[which % Math.max(1, this.#rows.length)];
    if (row) this.#store({ ...row, rev: row.rev + 1 }, 'message_status_update');
  }

  hear(count: number): void {
    const { seq } = streamCursorOf(this.client);
    if (seq === null) return;
    for (const event of this.#log.slice(seq, seq + count)) applyEvent(this.client, event);
  }

  /** A POST's answer: the row as it is now, whenever it arrives. */
  answer(which: number): void {
    const row = this.#rows[which % Math.max(1, this.#rows.length)];
    if (row) this.#underWay.push(() => applyRow(this.client, row, 'answer'));
  }

  newest(): void {
    void loadNewest(this.client, CONVERSATION, 0);
  }

  older(): void {
    void loadOlder(this.client, CONVERSATION);
  }

  /** The stream cannot be resumed: what was not heard never comes. */
  reset(): void {
    const cursor = streamCursorOf(this.client);
    if (cursor.seq === null) return;
    cursor.restart('e', this.#log.length);
    void reloadEverything(this.client);
  }

  async arrive(which: number): Promise<void> {
    const [answer] = this.#underWay.splice(which % Math.max(1, this.#underWay.length), 1);
    answer?.();
    await vi.advanceTimersByTimeAsync(0);
  }

  /** Everything that is under way arrives, and what has to be asked again is. */
  async settle(): Promise<void> {
    this.newest();
    for (let n = 0; n < 200 && (this.#underWay.length > 0 || this.history.loading); n++) {
      await this.arrive(0);
      await vi.advanceTimersByTimeAsync(2_000);
    }
    this.hear(Infinity);
  }

  get history(): MessageHistory {
    return this.client.getQueryData<MessageHistory>(historyKey(CONVERSATION)) ?? emptyHistory();
  }

  stored(from: number): StoredMessage[] {
    return this.#rows.filter((row) => row.pos >= from);
  }

  #store(row: StoredMessage, type: Event['type']): void {
    this.#rows[row.pos - 1] = row;
    const seq = this.#log.length + 1;
    const at = row.updated_at;
    const event = { seq, prev_seq: seq - 1, type, conversation_id: CONVERSATION, at };
    this.#log.push({ ...event, message: row });
  }

  #page(beforePos: string | null): MessagePage {
    const known = this.#rows.filter((row) => row.pos < Number(beforePos ?? Infinity));
    const asOf = { epoch: 'e', as_of_seq: this.#log.length };
    return { ...asOf, messages: known.slice(-PAGE), has_more: known.length > PAGE };
  }

  #later<Answer>(answer: Answer): Promise<Answer> {
    return new Promise((resolve) => this.#underWay.push(() => resolve(answer)));
  }
}

const at = fc.nat(20);
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('say', 'newest', 'older', 'reset'), at }),
  fc.record({ kind: fc.constantFrom('say', 'change', 'answer', 'hear', 'arrive'), at }),
  fc.record({ kind: fc.constantFrom('change', 'answer', 'hear', 'arrive'), at }),
);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('pages, answers, events and reloads in any order leave what the server has (R14)', async () => {
  const run = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const world = new World();
    let shown = new Map<string, number>();
    for (const { kind, at: which } of steps) {
      await world[kind as 'arrive'](which);
      const now = new Map(world.history.rows.map((row) => [row.client_id, row.rev]));
      for (const [id, rev] of shown) expect(now.get(id)).toBeGreaterThanOrEqual(rev);
      shown = kind === 'arrive' || kind === 'hear' ? now : shown;
    }
    await world.settle();
    const { rows, from } = world.history;
    expect(rows).toEqual(world.stored(from ?? 0));
    for (const row of rows) expect(rowOf(world.history, row.client_id)).toBe(row);
  });
  await fc.assert(run, { numRuns: 150 });
});
