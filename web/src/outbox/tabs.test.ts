import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { accepted, Browser, refusal, silence, type Tab } from '../testing/outboxWorld';
import { CONVERSATION, NOON, ownRow, typedMessage } from '../testing/rows';

let browser: Browser;
let tab: Tab;

const tick = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);
const enter = (...clientIds: string[]) => {
  for (const clientId of clientIds) tab.enter(typedMessage(clientId, Date.now()));
};
const answer = (clientId: string, pos = 1) =>
  tab.last?.answer(accepted(tab.outbox.entries.get(clientId), pos));

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  browser = new Browser();
  tab = browser.openTab();
});
afterEach(() => void vi.useRealTimers());

describe('refused before acceptance', () => {
  test('comes back with the reason, stays stored, and the lane goes on', async () => {
    enter('a');
    await tick();
    tab.last?.fail(refusal(404, 'not_found'));
    await tick();
    expect(tab.returned.map((entry) => entry.reason?.code)).toEqual(['not_found']);
    expect(browser.entries.get('a')?.phase).toBe('returned');
  });

  test('an id that belongs to another text: this text goes on under a new one', async () => {
    enter('a');
    await tick();
    tab.last?.fail(refusal(409, 'idempotency_conflict'));
    await tick();
    const [entry] = tab.outbox.entries.of(CONVERSATION);
    expect(entry?.phase).toBe('returned');
    expect(entry?.message.client_id).not.toBe('a');
    expect(entry?.message.text_content).toBe('text of a');
    expect([...browser.entries.keys()]).toEqual([entry?.message.client_id]);
    tab.outbox.settleByRow(ownRow(typedMessage('a'), 1));
    expect(tab.outbox.entries.of(CONVERSATION)).toHaveLength(1);
  });

  test('a used text leaves storage and all tabs', async () => {
    const other = browser.openTab();
    enter('a');
    await tick();
    tab.last?.fail(refusal(409, 'window_closed'));
    await tick();
    expect(other.phaseOf('a')).toBe('returned');
    tab.outbox.remove('a');
    await tick();
    expect(other.phaseOf('a')).toBeUndefined();
    expect(browser.entries.size).toBe(0);
  });
});

describe('reload, crash and several tabs (R16, R18)', () => {
  test('a new page finds the entry and asks before it posts', async () => {
    enter('a');
    await tick();
    tab.outbox.close();
    const reloaded = browser.openTab();
    reloaded.outbox.adopt((await reloaded.storage.load()).entries);
    await tick();
    expect(reloaded.asked).toEqual(['find a']);
    reloaded.last?.answer(null);
    await tick();
    expect(reloaded.asked).toEqual(['find a', 'post a']);
  });

  test('every tab shows every entry, and only one posts', async () => {
    const other = browser.openTab();
    enter('a', 'b');
    await tick();
    expect(other.outbox.entries.of(CONVERSATION).map((entry) => entry.phase)).toEqual([
      'posting',
      'queued',
    ]);
    answer('a');
    await tick();
    answer('b', 2);
    await tick();
    expect(other.asked).toEqual([]);
    expect([other.phaseOf('a'), other.phaseOf('b')]).toEqual(['accepted', 'accepted']);
  });

  test('a tab that goes away leaves its lane to another, in the same order', async () => {
    const other = browser.openTab();
    enter('a', 'b');
    await tick();
    tab.outbox.close();
    await tick();
    expect(other.asked).toEqual(['find a']);
    other.last?.answer(accepted(other.outbox.entries.get('a')));
    await tick();
    expect(other.asked).toEqual(['find a', 'post b']);
  });

  describe('before the storage has been read', () => {
    const left = async () => {
      enter('a', 'b');
      await tick();
      tab.outbox.close();
      tab = browser.openTab(true);
    };
    const load = async () => {
      tab.outbox.adopt((await tab.storage.load()).entries);
      tab.outbox.start();
      await tick();
    };

    test('nothing is posted: a quick Enter goes behind what the earlier page left', async () => {
      await left();
      enter('quick');
      await tick(10_000);
      expect(tab.asked).toEqual([]);
      await load();
      for (const clientId of ['a', 'b']) {
        expect(tab.asked.at(-1)).toBe(`find ${clientId}`);
        answer(clientId);
        await tick();
      }
      expect(tab.asked).toEqual(['find a', 'find b', 'post quick']);
    });

    test('also when the clock was set back meanwhile', async () => {
      await left();
      vi.setSystemTime(NOON - 86_400_000);
      enter('quick', 'quicker');
      await load();
      expect(tab.outbox.entries.of(CONVERSATION).map(({ message }) => message.client_id)).toEqual([
        'a',
        'b',
        'quick',
        'quicker',
      ]);
      expect(browser.entries.get('quick')?.ordinal).toBeGreaterThan(NOON);
    });

    test('what another tab has used or seen accepted since is not taken over', async () => {
      const other = browser.openTab();
      enter('a', 'b');
      await tick();
      const late = browser.openTab(true);
      const { entries } = await late.storage.load();
      other.outbox.remove('a');
      other.outbox.settleByRow(accepted(other.outbox.entries.get('b')));
      await tick();
      late.outbox.adopt(entries);
      late.outbox.start();
      expect([...late.outbox.entries]).toEqual([]);
    });
  });

  test('two tabs that have not heard each other yet agree on the order of their Enters', async () => {
    const other = browser.openTab();
    enter('a1');
    vi.setSystemTime(NOON + 10);
    enter('a2');
    vi.setSystemTime(NOON + 20);
    other.enter(typedMessage('b1'));
    vi.setSystemTime(NOON + 30);
    enter('a3');
    await tick();
    for (const each of [tab, other]) {
      const order = each.outbox.entries.of(CONVERSATION).map(({ message }) => message.client_id);
      expect(order).toEqual(['a1', 'a2', 'b1', 'a3']);
    }
  });

  test('an older word of another tab does not put back into the queue what has ended', async () => {
    const other = browser.openTab();
    enter('a');
    await tick();
    const posting = tab.outbox.entries.get('a')!;
    tab.last?.fail(refusal(409, 'window_closed'));
    await tick();
    other.outbox.hear({ ...posting, phase: 'waiting' });
    expect(other.phaseOf('a')).toBe('returned');
  });

  test('the tab that hears the server again wakes the one that holds the lane', async () => {
    enter('a');
    await tick();
    for (let n = 0; n < 8; n++) {
      tab.last?.fail(silence());
      await tick(15_000);
    }
    tab.last?.fail(silence());
    await tick(1_000);
    const { length } = tab.questions;
    browser.tabs().tell({ kind: 'wake' });
    await tick();
    expect(tab.questions).toHaveLength(length + 1);
  });

  test('what came back stays back after a reload', async () => {
    enter('a');
    await tick();
    tab.last?.fail(refusal(409, 'window_closed'));
    await tick();
    const reloaded = browser.openTab();
    reloaded.outbox.adopt((await reloaded.storage.load()).entries);
    await tick();
    expect(reloaded.phaseOf('a')).toBe('returned');
    expect(reloaded.asked).toEqual([]);
  });

  test('only the tab that posted a message counts as the one that did', async () => {
    const other = browser.openTab();
    enter('a');
    await tick();
    expect([tab.outbox.hasPosted('a'), other.outbox.hasPosted('a')]).toEqual([true, false]);
  });
});
