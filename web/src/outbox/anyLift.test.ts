import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StoredMessage } from '../domain/message';
import { selectUnsent } from '../domain/unsent';
import { Browser, refusal, silence, type Tab } from '../testing/outboxWorld';
import { AGENT, CONVERSATION, NOON, ownRow, typedMessage } from '../testing/rows';
import { liftFailedRow, liftReturned, type Lifting } from './liftText';

const LIFTED = '«came back»';
const tick = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

/** Two tabs of one browser, both showing a failed row; another agent may settle it too. */
class World {
  readonly browser = new Browser();
  readonly tabs = [this.browser.openTab(), this.browser.openTab()] as const;
  readonly #held: ((how: Outcome) => void)[] = [];
  /** Who has settled the row; null: nobody so far. */
  settledBy: 'us' | 'another' | null = null;
  isInDoubt = false;
  typed = '';
  readonly #row = ownRow({ ...typedMessage('failed'), text_content: LIFTED }, 1, {
    status: 'failed',
    error: { code: 'undeliverable', params: {}, detail: null },
  });

  async lift(which: number, whenBusy: 'tray' | 'append'): Promise<void> {
    const tab = this.tabs[which % 2]!;
    if (this.settledBy === null) void liftFailedRow(this.#lifting(tab), this.#row, whenBusy);
    await tick();
  }

  /** *Edit* of a text that is in this browser's tray. */
  async edit(which: number): Promise<void> {
    const tab = this.tabs[which % 2]!;
    const entry = tab.outbox.entries.of(CONVERSATION).find(({ phase }) => phase === 'returned');
    if (entry) liftReturned(this.#lifting(tab), entry, 'append');
    await tick();
  }

  async type(which: number): Promise<void> {
    const { drafts } = this.tabs[which % 2]!;
    const letter = String.fromCodePoint(97 + (this.typed.length % 26));
    this.typed += letter;
    drafts.setText(CONVERSATION, (drafts.get(CONVERSATION)?.text ?? '') + letter);
    await tick();
  }

  async answer(which: number, how: Outcome): Promise<void> {
    this.#held.splice(which % Math.max(1, this.#held.length), 1)[0]?.(how);
    await tick(2_000);
  }

  async another(): Promise<void> {
    this.settledBy ??= 'another';
    await tick();
  }

  async settle(): Promise<void> {
    for (let n = 0; n < 20 && this.#held.length > 0; n++) await this.answer(0, 'answered');
  }

  /** All that an agent can see of it in a tab: composer, then tray. */
  seen(tab: Tab): { composer: string; tray: string[] } {
    const returned = tab.outbox.entries
      .of(CONVERSATION)
      .filter(({ phase }) => phase === 'returned');
    const row = { ...this.#row, dismissed_at: this.settledBy === null ? null : 'now' };
    const tray = selectUnsent([row], returned, AGENT._id).map(({ text }) => text);
    return { composer: tab.drafts.get(CONVERSATION)?.text ?? '', tray };
  }

  #lifting({ outbox, drafts, storage }: Tab): Lifting {
    const { signal } = new AbortController();
    const dismiss = () =>
      new Promise<StoredMessage>((resolve, reject) => {
        this.#held.push((how) => {
          const isFirst = this.settledBy === null && how !== 'lost';
          if (isFirst) this.settledBy = 'us';
          if (how !== 'answered') this.isInDoubt = true;
          if (how !== 'answered') reject(silence());
          else if (isFirst) resolve({ ...this.#row, rev: 2, dismissed_at: 'now' });
          else reject(refusal(409, 'already_settled'));
        });
      });
    const { locks } = this.browser;
    return { outbox, drafts, storage, locks, dismiss, signal, onRow: () => undefined };
  }
}

type Outcome = 'answered' | 'lost' | 'answer lost';

const at = fc.nat(3);
const outcome = fc.constantFrom<Outcome>('answered', 'answered', 'lost', 'answer lost');
const act = fc.oneof(
  fc.tuple(fc.constant('lift' as const), at, fc.constantFrom('tray', 'append')),
  fc.tuple(fc.constantFrom('type', 'edit'), at),
  fc.tuple(fc.constant('answer' as const), at, outcome),
  { weight: 1, arbitrary: fc.tuple(fc.constant('another' as const)) },
);
const copies = ({ composer, tray }: ReturnType<World['seen']>) =>
  [composer, ...tray].join('\n').split(LIFTED).length - 1;

beforeEach(() => void vi.useFakeTimers({ now: NOON }));
afterEach(() => void vi.useRealTimers());

test('a failed text is somewhere once, whoever lifts it, and typed text stays (R19)', async () => {
  const run = fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
    const world = new World();
    for (const [kind, ...rest] of acts) {
      await (world[kind as 'lift'] as (...given: unknown[]) => Promise<void>).apply(world, rest);
    }
    await world.settle();
    const [one, other] = world.tabs.map((tab) => world.seen(tab));
    expect(one).toEqual(other);
    const { composer } = one!;
    expect(composer.replaceAll(LIFTED, '').replaceAll('\n', ''), 'typed').toBe(world.typed);
    expect(world.browser.drafts.get(CONVERSATION)?.text ?? '', 'stored').toBe(composer);
    const wanted = world.settledBy === 'another' ? 0 : 1;
    // After a lost answer better twice than lost.
    expect(copies(one!)).toBeGreaterThanOrEqual(wanted);
    expect(world.isInDoubt || copies(one!) === wanted).toBe(true);
    expect([...world.browser.entries.values()].filter(({ phase }) => phase === 'lifting')).toEqual(
      [],
    );
  });
  await fc.assert(run, { numRuns: 300 });
});
