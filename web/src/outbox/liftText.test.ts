import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silence, refusal, Browser, type Tab } from '../testing/outboxWorld';
import { CONVERSATION, NOON, ownRow, typedMessage } from '../testing/rows';
import type { StoredMessage } from '../domain/message';
import { finishLifting, liftFailedRow, liftReturned, type Lifting } from './liftText';

let browser: Browser;
let tab: Tab;
let stopping: AbortController;
let dismissals: ((outcome: StoredMessage | Error) => void)[];

const failed = ownRow(typedMessage('a'), 1, {
  status: 'failed',
  error: { code: 'undeliverable', params: { whatsapp_code: 131026 }, detail: null },
});
const draft = () => tab.drafts.get(CONVERSATION);
const stored = () =>
  [...browser.entries.values()].map(({ phase, message }) => [phase, message.text_content]);
const tick = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

function lifting({ outbox, drafts, storage, rows }: Tab = tab): Lifting {
  const dismiss = () =>
    new Promise<StoredMessage>((resolve, reject) => {
      dismissals.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
    });
  const { locks } = browser;
  const { signal } = stopping;
  return { outbox, drafts, storage, locks, dismiss, signal, onRow: (row) => rows.push(row) };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  browser = new Browser();
  tab = browser.openTab();
  dismissals = [];
  stopping = new AbortController();
});
afterEach(() => void vi.useRealTimers());

describe('a text refused before acceptance', () => {
  const returned = () => {
    const fresh = tab.outbox.newEntry(typedMessage('a'), null);
    const reason = { code: 'window_closed', params: {} };
    tab.outbox.addOptimisticMessage({ ...fresh, phase: 'returned', reason });
    return tab.outbox.entries.get('a')!;
  };

  test('goes back into an empty composer, in one write with its entry', () => {
    liftReturned(lifting(), returned());
    expect(draft()).toMatchObject({ text: 'text of a', returned: { code: 'window_closed' } });
    expect(browser.entries.size).toBe(0);
    expect(browser.drafts.get(CONVERSATION)?.text).toBe('text of a');
  });

  test('never over typed text: it stays in the tray', () => {
    tab.drafts.setText(CONVERSATION, 'the next one');
    liftReturned(lifting(), returned());
    expect(draft()?.text).toBe('the next one');
    expect(tab.phaseOf('a')).toBe('returned');
  });

  test('at the agent’s wish it goes after the typed text', () => {
    tab.drafts.setText(CONVERSATION, 'the next one');
    liftReturned(lifting(), returned(), 'append');
    expect(draft()?.text).toBe('the next one\ntext of a');
    expect(tab.phaseOf('a')).toBeUndefined();
  });
});

describe('the text of a failed row', () => {
  test('is stored here before the row is settled, and shown only when this call settled it', async () => {
    void liftFailedRow(lifting(), failed);
    await tick();
    expect(stored()).toEqual([['lifting', 'text of a']]);
    expect([draft(), browser.drafts.size]).toEqual([undefined, 0]);
    dismissals[0]?.({ ...failed, rev: 2, dismissed_at: 'now' });
    await tick();
    expect(stored()).toEqual([]);
    expect(browser.drafts.get(CONVERSATION)?.text).toBe('text of a');
    expect(draft()).toMatchObject({ text: 'text of a', returned: { code: 'undeliverable' } });
    expect(tab.rows.map((row) => row.dismissed_at)).toEqual(['now']);
  });

  test('belongs to whoever was quicker', async () => {
    void liftFailedRow(lifting(), failed);
    await tick();
    dismissals[0]?.(refusal(409, 'already_settled'));
    await tick();
    expect(draft()).toBeUndefined();
    expect([browser.drafts.size, stored()]).toEqual([0, []]);
  });

  test('of two tabs that lift it the loser clears nothing of the winner’s', async () => {
    const other = browser.openTab();
    void liftFailedRow(lifting(), failed);
    await tick();
    dismissals[0]?.({ ...failed, rev: 2, dismissed_at: 'now' });
    void liftFailedRow(lifting(other), failed, 'append');
    await tick();
    dismissals[1]?.(refusal(409, 'already_settled'));
    await tick();
    expect([draft()?.text, other.drafts.get(CONVERSATION)?.text]).toEqual([
      'text of a',
      'text of a',
    ]);
    expect(browser.drafts.get(CONVERSATION)?.text).toBe('text of a');
    expect(stored()).toEqual([]);
  });

  test('of two browsers the loser clears nothing that is typed in its own', async () => {
    void liftFailedRow(lifting(), failed);
    await tick();
    tab.drafts.setText(CONVERSATION, 'next');
    dismissals[0]?.(refusal(409, 'already_settled'));
    await tick();
    expect([draft()?.text, browser.drafts.get(CONVERSATION)?.text]).toEqual(['next', 'next']);
    expect(stored()).toEqual([]);
  });

  test('that a page was lifting when it ended is in the tray of the next one', async () => {
    void liftFailedRow(lifting(), failed);
    await tick();
    const crashed = dismissals.splice(0);
    expect(crashed).toHaveLength(1);
    const after = new Browser();
    for (const [id, entry] of browser.entries) after.entries.set(id, entry);
    browser = after;
    tab = after.openTab();
    const { entries } = await tab.storage.load();
    tab.outbox.adopt(entries);
    void finishLifting(lifting(), entries[0]!);
    await tick();
    dismissals[0]?.(refusal(409, 'already_settled'));
    await tick();
    expect(stored()).toEqual([['returned', 'text of a']]);
    expect(tab.phaseOf(entries[0]!.message.client_id)).toBe('returned');
  });

  test('is not asked for any more once the outbox has stopped: another agent may be signed in', async () => {
    void liftFailedRow(lifting(), failed);
    await tick();
    stopping.abort();
    dismissals[0]?.(silence());
    await tick(60_000);
    expect(dismissals).toHaveLength(1);
    expect(stored()).toEqual([['lifting', 'text of a']]);
  });

  test('that a living tab is lifting is left to it', async () => {
    void liftFailedRow(lifting(), failed);
    await tick();
    const other = browser.openTab();
    const { entries } = await other.storage.load();
    other.outbox.adopt(entries);
    void finishLifting(lifting(other), entries[0]!);
    await tick();
    dismissals[0]?.({ ...failed, rev: 2, dismissed_at: 'now' });
    await tick();
    expect(dismissals).toHaveLength(1);
    expect([...other.outbox.entries]).toEqual([]);
    expect(draft()?.text).toBe('text of a');
  });

  test('waits in this browser’s tray when the agent began to type meanwhile', async () => {
    void liftFailedRow(lifting(), failed);
    await tick();
    tab.drafts.setText(CONVERSATION, 'next');
    dismissals[0]?.({ ...failed, rev: 2, dismissed_at: 'now' });
    await tick();
    expect(draft()?.text).toBe('next');
    const [entry] = tab.outbox.entries.of(CONVERSATION);
    expect(entry).toMatchObject({ phase: 'returned', message: { text_content: 'text of a' } });
    expect(browser.drafts.get(CONVERSATION)?.text).toBe('next');
  });

  test('is better twice than lost: a settling without an answer is taken for ours', async () => {
    void liftFailedRow(lifting(), failed);
    await tick();
    dismissals[0]?.(silence());
    await tick(2_000);
    dismissals[1]?.(refusal(409, 'already_settled'));
    await tick();
    expect(draft()?.text).toBe('text of a');
  });

  test('is left alone while something is typed', async () => {
    tab.drafts.setText(CONVERSATION, 'next');
    await liftFailedRow(lifting(), failed);
    expect(dismissals).toHaveLength(0);
  });
});
