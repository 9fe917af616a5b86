import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { accepted, Browser, refusal, silence, type Tab } from '../testing/outboxWorld';
import { CONVERSATION, NOON, typedMessage } from '../testing/rows';

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

describe('from Enter to the row', () => {
  test('in the task of Enter it is shown and its durable write has begun', () => {
    enter('a');
    expect(tab.outbox.entries.of(CONVERSATION).map((entry) => entry.phase)).toEqual(['queued']);
    expect(browser.entries.has('a')).toBe(true);
  });

  test('the answer settles it, and only a render that contains the row purges it', async () => {
    enter('a');
    await tick();
    expect(tab.phaseOf('a')).toBe('posting');
    answer('a');
    await tick();
    expect(tab.phaseOf('a')).toBe('accepted');
    expect(tab.rows.map((row) => row.client_id)).toEqual(['a']);
    tab.outbox.purge(['a']);
    expect(tab.outbox.entries.of(CONVERSATION)).toEqual([]);
    expect(browser.entries.size).toBe(0);
  });

  test('the event before the answer settles it: the next one goes out, and the late answer does no harm', async () => {
    enter('a', 'b');
    await tick();
    const [post] = tab.questions;
    const row = accepted(tab.outbox.entries.get('a'));
    tab.outbox.settleByRow(row);
    await tick();
    expect(tab.asked).toEqual(['post a', 'post b']);
    tab.outbox.purge(['a']);
    post?.answer(row);
    await tick(60_000);
    expect(tab.phaseOf('a')).toBeUndefined();
    expect(tab.asked).toEqual(['post a', 'post b']);
  });

  test('nor does an answer that never comes', async () => {
    enter('a');
    await tick();
    tab.outbox.settleByRow(accepted(tab.outbox.entries.get('a')));
    tab.last?.fail(silence());
    await tick(60_000);
    expect(tab.asked).toEqual(['post a']);
    expect(tab.phaseOf('a')).toBe('accepted');
  });

  test('one id is one entry, however often it is entered', async () => {
    enter('a', 'a');
    await tick();
    enter('a');
    expect(tab.outbox.entries.of(CONVERSATION).map((entry) => entry.phase)).toEqual(['posting']);
    await tick();
    expect(tab.asked).toEqual(['post a']);
  });
});

describe('order (R18)', () => {
  test('a conversation posts one after another, each after the answer before', async () => {
    enter('a', 'b', 'c');
    await tick();
    expect(tab.asked).toEqual(['post a']);
    answer('a');
    await tick();
    answer('b', 2);
    await tick();
    expect(tab.asked).toEqual(['post a', 'post b', 'post c']);
  });

  test('conversations are posted side by side', async () => {
    enter('a');
    tab.enter({ ...typedMessage('x'), conversation_id: 'conversation-2' });
    await tick();
    expect(tab.asked).toEqual(['post a', 'post x']);
  });

  test('50 Enters with answers of any length go out in the order of the Enters', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `m${index}`);
    enter(...ids);
    for (const [index, id] of ids.entries()) {
      await tick((index * 37) % 400);
      answer(id, index + 1);
      await tick();
    }
    expect(tab.asked).toEqual(ids.map((id) => `post ${id}`));
  });

  test('one that came back holds nobody up', async () => {
    enter('a', 'b');
    await tick();
    tab.last?.fail(refusal(409, 'window_closed'));
    await tick();
    expect(tab.asked).toEqual(['post a', 'post b']);
    expect(tab.phaseOf('a')).toBe('returned');
  });

  test('one entered while the lane closes is not forgotten', async () => {
    enter('a');
    await tick();
    answer('a');
    enter('b');
    await tick();
    expect(tab.asked).toEqual(['post a', 'post b']);
  });
});

describe('no answer (R17)', () => {
  test('asks by id, then posts the same id again', async () => {
    enter('a');
    await tick();
    tab.last?.fail(silence());
    await tick(500);
    expect(tab.asked).toEqual(['post a', 'find a']);
    tab.last?.answer(null);
    await tick();
    expect(tab.asked.at(-1)).toBe('post a');
    answer('a');
    await tick();
    expect(tab.phaseOf('a')).toBe('accepted');
  });

  test('a row found by its id is the answer that was lost: nothing is posted again', async () => {
    enter('a');
    await tick();
    tab.last?.fail(silence());
    await tick(500);
    answer('a');
    await tick(60_000);
    expect(tab.asked).toEqual(['post a', 'find a']);
    expect(tab.rows).toHaveLength(1);
  });

  test('backs off to 15 s at most, and a network that is back ends the pause', async () => {
    enter('a');
    await tick();
    const failForLong = async () => {
      for (let n = 0; n < 8; n++) {
        tab.last?.fail(silence());
        await tick(60_000);
      }
      tab.last?.fail(silence());
      await tick(14_999);
      return tab.questions.length;
    };
    const before = await failForLong();
    await tick(1);
    expect(tab.questions).toHaveLength(before + 1);
    const again = await failForLong();
    tab.outbox.wake();
    await tick();
    expect(tab.questions).toHaveLength(again + 1);
  });

  test('says that it waits after 3 s of its own POST, not of the one before it', async () => {
    enter('a', 'b');
    await tick(2_999);
    expect([tab.phaseOf('a'), tab.phaseOf('b')]).toEqual(['posting', 'queued']);
    await tick(1);
    expect([tab.phaseOf('a'), tab.phaseOf('b')]).toEqual(['waiting', 'queued']);
    answer('a');
    await tick(2_999);
    expect(tab.phaseOf('b')).toBe('posting');
  });

  test.each([
    ['an ended session', refusal(401, 'signed_out')],
    ['a limit', refusal(429, 'rate_limited')],
    ['a store that is away', refusal(503, 'storage_unavailable')],
  ])('%s passes by: the entry waits and is sent', async (_what, fault) => {
    enter('a');
    await tick();
    tab.last?.fail(fault);
    await tick(500);
    tab.last?.answer(null);
    await tick();
    answer('a');
    await tick();
    expect(tab.phaseOf('a')).toBe('accepted');
    expect(tab.returned).toEqual([]);
  });
});

test('what waits for a full disk says so, until the line is the trouble, or it is stored', async () => {
  const reason = () => tab.outbox.entries.get('a')?.reason?.code;
  enter('a');
  await tick();
  tab.last?.fail(refusal(503, 'storage_full'));
  await tick(3_000);
  expect([tab.phaseOf('a'), reason()]).toEqual(['waiting', 'storage_full']);
  tab.last?.fail(silence());
  await tick();
  expect(reason()).toBeUndefined();
  await tick(2_000);
  tab.last?.fail(refusal(503, 'storage_full'));
  await tick(5_000);
  tab.last?.answer(null);
  await tick();
  answer('a');
  await tick();
  expect([tab.phaseOf('a'), reason()]).toEqual(['accepted', undefined]);
});

describe('asking before a stale message is sent', () => {
  test('offline for 11 minutes: nothing is posted without consent', async () => {
    enter('a', 'b');
    await tick();
    for (let n = 0; n < 45; n++) {
      tab.last?.fail(silence());
      await tick(15_000);
    }
    tab.last?.answer(null);
    await tick();
    const posts = tab.asked.filter((each) => each === 'post a').length;
    expect([tab.phaseOf('a'), tab.phaseOf('b')]).toEqual(['asking', 'asking']);
    expect(tab.outbox.entries.get('a')?.reason?.code).toBe('stale');
    await tick(60_000);
    expect(tab.asked.filter((each) => each === 'post a')).toHaveLength(posts);

    tab.outbox.consent('a');
    await tick();
    expect(tab.asked.at(-1)).toBe('find a');
    tab.last?.answer(null);
    await tick();
    answer('a');
    await tick();
    expect(tab.phaseOf('a')).toBe('accepted');
    expect(tab.phaseOf('b')).toBe('asking');
  });

  test('a window that has closed since Enter asks; one closed before is the server’s to refuse', async () => {
    tab.windowClosesAt = NOON + 1_000;
    enter('a');
    await tick();
    tab.last?.fail(silence());
    await tick(1_500);
    tab.last?.answer(null);
    await tick();
    expect(tab.outbox.entries.get('a')).toMatchObject({
      phase: 'asking',
      reason: { code: 'window_closed' },
    });
    enter('b');
    await tick();
    expect(tab.asked.at(-1)).toBe('post b');
  });
});

test('entries of one conversation are the same array until one of them changes', async () => {
  enter('a');
  await tick();
  const before = tab.outbox.entries.of(CONVERSATION);
  tab.enter({ ...typedMessage('x'), conversation_id: 'conversation-2' });
  await tick();
  expect(tab.outbox.entries.of(CONVERSATION)).toBe(before);
});
