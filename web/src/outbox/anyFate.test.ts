import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StoredMessage } from '../domain/message';
import { Browser, refusal, silence, type Question, type Tab } from '../testing/outboxWorld';
import { CONVERSATION, NOON, ownRow, typedMessage } from '../testing/rows';
import { isQueued } from './entry';

const tick = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);
const LANES = [CONVERSATION, 'conversation-2'];

/** A browser whose tabs come and go, and a server behind a line that loses questions and answers. */
class World {
  readonly browser = new Browser();
  readonly entered: string[] = [];
  readonly stored = new Map<string, StoredMessage>();
  readonly refused = new Set<string>();
  readonly #loose: Question[] = [];
  tabs: Tab[] = [this.browser.openTab()];

  async enter(which: number, lane: number): Promise<void> {
    const clientId = `m${this.entered.length}`;
    const tab = this.tabs[which % Math.max(1, this.tabs.length)];
    if (!tab) return;
    const message = { ...typedMessage(clientId, Date.now()), conversation_id: LANES[lane % 2]! };
    tab.enter(message);
    this.entered.push(clientId);
    await tick();
  }

  async open(): Promise<void> {
    if (this.tabs.length >= 3) return;
    const tab = this.browser.openTab(true);
    this.tabs.push(tab);
    const { entries } = await tab.storage.load();
    await tick(1);
    tab.outbox.adopt(entries);
    tab.outbox.start();
    await tick();
  }

  /** What it has posted may still arrive. */
  async close(which: number): Promise<void> {
    const [tab] = this.tabs.splice(which % Math.max(1, this.tabs.length), 1);
    if (!tab) return;
    this.#loose.push(...tab.questions.filter(isUnanswered));
    tab.outbox.close();
    await tick();
  }

  async serve(which: number, how: How): Promise<void> {
    const open = this.tabs.flatMap((tab) => tab.questions.filter(isUnanswered));
    const question = open[which % Math.max(1, open.length)];
    if (question) this.#serve(question, how);
    await tick();
  }

  /** The late copy of a POST whose page is gone. */
  late(which: number): void {
    const [question] = this.#loose.splice(which % Math.max(1, this.#loose.length), 1);
    if (question?.kind === 'post') this.#accept(question.clientId);
  }

  /** Its event reaches a tab, which draws it. */
  async event(which: number, lane: number): Promise<void> {
    const row = [...this.stored.values()][which % Math.max(1, this.stored.size)];
    const tab = this.tabs[lane % Math.max(1, this.tabs.length)];
    if (row && tab) {
      tab.outbox.settleByRow(row);
      tab.outbox.purge([row.client_id]);
    }
    await tick();
  }

  /** The clock is set back, and some time passes. */
  async time(milliseconds: number, isSetBack: boolean): Promise<void> {
    if (isSetBack) vi.setSystemTime(Date.now() - milliseconds);
    await tick(milliseconds);
  }

  /** Raises what is broken. */
  check(): void {
    for (const lane of LANES) {
      // A question whose entry has been settled by an event is left to end as it likes.
      const underWay = this.tabs.flatMap((tab) =>
        tab.questions.filter(
          (question) =>
            isUnanswered(question) &&
            isQueued(tab.outbox.entries.get(question.clientId)) &&
            this.#laneOf(question.clientId) === lane,
        ),
      );
      if (underWay.length > 1) throw new Error(`${lane}: two questions at a time`);
      const stored = [...this.stored.keys()].filter((clientId) => this.#laneOf(clientId) === lane);
      const numbers = stored.map((clientId) => this.entered.indexOf(clientId));
      const isOrdered = numbers.every((number, index) => number > (numbers[index - 1] ?? -1));
      if (!isOrdered) throw new Error(`${lane}: stored as ${stored.join()}`);
    }
    const lost = this.entered.find(
      (clientId) => !this.browser.entries.has(clientId) && !this.stored.has(clientId),
    );
    if (lost) throw new Error(`${lost} is lost`);
  }

  #laneOf(clientId: string): string | undefined {
    const message = this.stored.get(clientId) ?? this.browser.entries.get(clientId)?.message;
    return message?.conversation_id;
  }

  /** The network is good again. */
  async heal(): Promise<void> {
    if (this.tabs.length === 0) await this.open();
    const isWaiting = () => this.tabs.some((tab) => [...tab.outbox.entries].some(isQueued));
    for (let n = 0; n < 300 && isWaiting(); n++) {
      await this.serve(0, 'answered');
      for (const tab of this.tabs) tab.outbox.wake();
      await tick(100);
      this.check();
    }
  }

  #serve(question: Question, how: How): void {
    const { kind, clientId } = question;
    answered.add(question);
    if (how === 'lost') return question.fail(silence());
    if (how === 'busy') return question.fail(refusal(503, 'storage_unavailable'));
    if (kind === 'find') {
      if (this.refused.has(clientId)) return question.fail(refusal(410, 'cancelled'));
      return question.answer(this.stored.get(clientId) ?? null);
    }
    if (how === 'refused' && !this.stored.has(clientId)) this.refused.add(clientId);
    if (this.refused.has(clientId)) return question.fail(refusal(409, 'window_closed'));
    this.#accept(clientId);
    if (how === 'answer lost') return question.fail(silence());
    return question.answer(this.stored.get(clientId) ?? null);
  }

  #accept(clientId: string): void {
    if (this.refused.has(clientId) || this.stored.has(clientId)) return;
    const message = this.browser.entries.get(clientId)?.message;
    if (message) this.stored.set(clientId, ownRow(message, this.stored.size + 1));
  }
}

type How = 'answered' | 'lost' | 'answer lost' | 'refused' | 'busy';

const answered = new WeakSet<Question>();
const isUnanswered = (question: Question) => !answered.has(question) && !question.signal.aborted;

const at = fc.nat(9);
const how = fc.constantFrom<How>('answered', 'lost', 'answer lost', 'refused', 'busy');
const act = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('enter' as const), at, at) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('serve' as const), at, how) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('event' as const), at, at) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('open', 'close', 'late'), at) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('time' as const), fc.nat(4_000), fc.boolean()) },
);

beforeEach(() => void vi.useFakeTimers({ now: NOON }));
afterEach(() => void vi.useRealTimers());

test('whatever happens to line and tabs: nothing lost, nothing out of order, one post at a time', async () => {
  const run = fc.asyncProperty(fc.array(act, { maxLength: 50 }), async (acts) => {
    vi.setSystemTime(NOON);
    const world = new World();
    for (const [kind, ...rest] of acts) {
      await (world[kind as 'serve'] as (...given: unknown[]) => Promise<void>).apply(world, rest);
      world.check();
    }
    await world.heal();
    for (const clientId of world.entered) {
      const isStored = world.stored.has(clientId);
      expect(isStored, `${clientId} is stored or refused`).toBe(!world.refused.has(clientId));
      const ends = isStored ? [undefined, 'accepted'] : ['returned'];
      for (const tab of world.tabs) expect(ends).toContain(tab.phaseOf(clientId));
    }
  });
  await fc.assert(run, { numRuns: 200 });
});
