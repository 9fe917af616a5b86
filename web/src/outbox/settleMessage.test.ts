// @vitest-environment happy-dom
import 'fake-indexeddb/auto';
import type { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { applyRow, rowApplied } from '../cache/applyRow';
import { createQueryClient } from '../cache/queryClient';
import type { StoredMessage } from '../domain/message';
import type { UnsentEntry } from '../domain/unsent';
import type { RetryMessage } from '../protocol/shapes';
import { FakeServer, stubLocks } from '../testing/fakeServer';
import { AGENT, CONVERSATION, ownRow, typedMessage } from '../testing/rows';
import { runningOutbox, shownComposers, startOutbox, stopOutbox } from './running';
import * as settle from './settleMessage';
import { settlingOf } from './settling';
import { sendMessage } from './useSendMessage';

let server: FakeServer;
let client: QueryClient;
let applied: StoredMessage[];
let unsubscribe: () => void;

const failed = ownRow(typedMessage('mine'), 1, {
  status: 'failed',
  error: { code: 'undeliverable', params: {}, detail: null },
});
const unsent = (clientId: string, source: UnsentEntry['source']): UnsentEntry => ({
  clientId,
  text: `text of ${clientId}`,
  authorName: 'Ana',
  own: true,
  reasonCode: 'refused',
  params: {},
  retryable: true,
  source,
  file: null,
});

const outbox = () => runningOutbox()!.outbox;
const drafts = () => runningOutbox()!.drafts;
const draft = () => drafts().get(CONVERSATION);
const phases = () => [...outbox().entries].map((entry) => entry.phase);
const send = (clientId = 'mine') =>
  sendMessage({
    conversationId: CONVERSATION,
    clientId,
    text: `text of ${clientId}`,
    seenPos: null,
  });
const asking = (tried: boolean) => {
  const entry = { ...outbox().newEntry(typedMessage('mine'), null), tried };
  const reason = { code: 'stale', params: {} };
  outbox().addOptimisticMessage({ ...entry, phase: 'asking', reason });
};

beforeEach(() => {
  server = new FakeServer();
  stubLocks();
  client = createQueryClient();
  const session = {
    agent: AGENT,
    inboxes: [],
    epoch: crypto.randomUUID(),
    debug: false,
    emulator_console: '',
  };
  startOutbox({ session, client });
  shownComposers.add(CONVERSATION);
  applied = [];
  unsubscribe = rowApplied.subscribe(({ row }) => applied.push(row));
});
afterEach(() => {
  unsubscribe();
  stopOutbox();
  shownComposers.clear();
  vi.unstubAllGlobals();
});

describe('a send that is refused', () => {
  beforeEach(() => {
    server.on('POST /api/conversations', () => ({ status: 409, code: 'window_closed' }));
  });

  test('is back in its open, empty composer', async () => {
    send();
    await vi.waitFor(() => expect(draft()?.text).toBe('text of mine'));
    expect(draft()?.returned?.code).toBe('window_closed');
    expect(phases()).toEqual([]);
  });

  test('waits in the tray of a conversation that is not open', async () => {
    shownComposers.clear();
    send();
    await vi.waitFor(() => expect(phases()).toEqual(['returned']));
    expect(draft()).toBeUndefined();
  });
});

describe('a row that fails', () => {
  const dismissed = { ...failed, rev: 3, dismissed_at: '2026-11-22T12:00:00Z' };

  test('after this page has posted it gives its text back, once', async () => {
    server.on('POST /api/messages/mine/dismiss', () => dismissed);
    send();
    await vi.waitFor(() => expect(phases()).toEqual(['accepted']));
    applyRow(client, { ...failed, rev: 2 }, 'event');
    applyRow(client, { ...failed, rev: 2 }, 'event');
    await vi.waitFor(() => expect(draft()?.text).toBe('text of mine'));
    expect(server.asked.filter((each) => each.includes('dismiss'))).toHaveLength(1);
  });

  test('of another page stays in the tray', async () => {
    applyRow(client, failed, 'event');
    expect(await lifts()).toEqual([]);
  });

  test('in a conversation that is not open stays in the tray', async () => {
    send();
    await vi.waitFor(() => expect(phases()).toEqual(['accepted']));
    shownComposers.clear();
    applyRow(client, { ...failed, rev: 2 }, 'event');
    expect(await lifts()).toEqual([]);
  });

  test('that somebody has settled is nobody’s any more', async () => {
    send();
    await vi.waitFor(() => expect(phases()).toEqual(['accepted']));
    applyRow(client, dismissed, 'event');
    expect(await lifts()).toEqual([]);
  });

  async function lifts() {
    // A lift begins with a write, so it would have asked by the time the storage has answered twice.
    for (let n = 0; n < 2; n++) await runningOutbox()?.storage.load();
    return server.asked.filter((each) => each.includes('dismiss'));
  }
});

test('an event settles a message whose answer never comes', async () => {
  server.on('POST /api/conversations', () => new Promise(() => undefined));
  send();
  await vi.waitFor(() => expect(phases()).toEqual(['posting']));
  applyRow(client, ownRow(typedMessage('mine'), 1), 'event');
  expect(phases()).toEqual(['accepted']);
});

describe('a stale message', () => {
  test('is sent after consent', async () => {
    asking(false);
    settle.consent('mine');
    await vi.waitFor(() => expect(phases()).toEqual(['accepted']));
  });

  test('that never left goes back without a question, and without a reason: the agent knows it', () => {
    asking(false);
    settle.takeBack('mine');
    expect(draft()).toMatchObject({ text: 'text of mine', returned: null });
    expect(server.asked).toEqual([]);
  });

  test('that may have left is cancelled on the server first', async () => {
    server.on('POST /api/messages/mine/cancel', () => null);
    asking(true);
    settle.takeBack('mine');
    expect(phases()).toEqual(['asking']);
    await vi.waitFor(() => expect(draft()?.text).toBe('text of mine'));
  });

  test('that the server had stored is cancelled there, and its text is back once', async () => {
    const row = { ...failed, error: { code: 'cancelled', params: {}, detail: null } };
    server.on('POST /api/messages/mine/cancel', () => row);
    server.on('POST /api/messages/mine/dismiss', () => ({ ...row, rev: 2, dismissed_at: 'now' }));
    asking(true);
    settle.takeBack('mine');
    await vi.waitFor(() => expect(draft()?.text).toBe('text of mine'));
    expect(phases()).toEqual(['accepted']);
    expect(applied.map((each) => each.dismissed_at)).toEqual([null, 'now']);
  });

  test('that has been handed over is shown as what it is', async () => {
    server.on('POST /api/messages/mine/cancel', () => ({
      status: 409,
      code: 'already_handed_over',
    }));
    const row = ownRow(typedMessage('mine'), 1, { status: 'delivered' });
    server.on('GET /api/messages/by-client-id/mine', () => row);
    asking(true);
    settle.takeBack('mine');
    await vi.waitFor(() => expect(phases()).toEqual(['accepted']));
    expect(applied.map((each) => each.status)).toEqual(['delivered']);
    expect(draft()).toBeUndefined();
  });

  test('cannot be taken back while it is on its way', async () => {
    server.on('POST /api/conversations', () => new Promise(() => undefined));
    send();
    await vi.waitFor(() => expect(phases()).toEqual(['posting']));
    settle.takeBack('mine');
    expect(server.asked.filter((each) => each.includes('cancel'))).toEqual([]);
  });
});

describe('the tray', () => {
  const returned = (clientId = 'mine') =>
    outbox().addOptimisticMessage({
      ...outbox().newEntry(typedMessage(clientId), null),
      phase: 'returned',
      reason: { code: 'refused', params: {} },
    });

  test('retries a text of this browser under a new id', async () => {
    returned();
    settle.retryUnsent(unsent('mine', 'browser'));
    await vi.waitFor(() => expect(phases()).toEqual(['accepted']));
    const [entry] = outbox().entries;
    expect(entry?.message.client_id).not.toBe('mine');
    expect(entry?.message.text_content).toBe('text of mine');
  });

  test('discards a text of this browser', () => {
    returned();
    settle.discardUnsent(unsent('mine', 'browser'));
    expect(phases()).toEqual([]);
  });

  test('puts a text of this browser behind what is typed', () => {
    drafts().setText(CONVERSATION, 'typed');
    returned();
    settle.liftUnsent(unsent('mine', 'browser'), undefined);
    expect(draft()?.text).toBe('typed\ntext of mine');
  });

  test.each([
    ['retry', settle.retryUnsent],
    ['dismiss', settle.discardUnsent],
  ])('asks the server to %s a row, and applies its answer', async (verb, act) => {
    server.on(`POST /api/messages/mine/${verb}`, () => ({ ...failed, rev: 7 }));
    act(unsent('mine', 'row'));
    await vi.waitFor(() => expect(applied.map((row) => row.rev)).toEqual([7]));
  });

  test('puts the text of a row behind what is typed, once the row is settled', async () => {
    server.on('POST /api/messages/mine/dismiss', () => ({ ...failed, rev: 7 }));
    drafts().setText(CONVERSATION, 'typed');
    settle.liftUnsent(unsent('mine', 'row'), failed);
    await vi.waitFor(() => expect(draft()?.text).toBe('typed\ntext of mine'));
  });
});

test.each([
  ['Send again', 'retry', settle.sendAgain],
  ['Leave it', 'dismiss', settle.leaveIt],
])('%s of an unconfirmed message is asked of the server', async (_words, verb, act) => {
  server.on(`POST /api/messages/mine/${verb}`, () => ({ ...failed, status: 'sending', rev: 9 }));
  act('mine');
  await vi.waitFor(() => expect(applied.map((row) => row.rev)).toEqual([9]));
});

describe('what the server did not answer', () => {
  const words = () => settlingOf('mine')?.words;
  const retried: unknown[] = [];
  const answerRetries = (answer: () => object) =>
    server.on('POST /api/messages/mine/retry', (_path, body) => {
      retried.push((body as RetryMessage).client_id);
      return answer();
    });
  const noAnswer = () => {
    throw new TypeError('no network');
  };

  beforeEach(async () => {
    retried.length = 0;
    settle.leaveIt('mine');
    await vi.waitUntil(() => words()?.includes('does not answer'));
  });

  test('has changed nothing, is said, and can be asked again', async () => {
    expect(applied).toEqual([]);
    server.on('POST /api/messages/mine/dismiss', () => ({ ...failed, rev: 9 }));
    settle.leaveIt('mine');
    expect(settlingOf('mine')).toEqual({ busy: true, words: null });
    await vi.waitFor(() => expect(settlingOf('mine')).toBeUndefined());
    expect(applied.map((row) => row.rev)).toEqual([9]);
  });

  test('is asked again under the same new id, so that it is done once', async () => {
    answerRetries(noAnswer);
    for (let n = 1; n <= 2; n++) {
      settle.sendAgain('mine');
      await vi.waitFor(() => expect([retried.length, words()]).toEqual([n, expect.any(String)]));
    }
    answerRetries(() => ({ ...failed, status: 'unconfirmed', rev: 9 }));
    for (let n = 3; n <= 4; n++) {
      settle.sendAgain('mine');
      await vi.waitFor(() => expect([retried.length, words()]).toEqual([n, undefined]));
    }
    expect(new Set(retried.slice(0, 3)).size).toBe(1);
    expect(retried[3]).not.toBe(retried[0]);
  });

  test('is asked once at a time', async () => {
    answerRetries(() => new Promise(() => undefined));
    settle.sendAgain('mine');
    settle.sendAgain('mine');
    settle.leaveIt('mine');
    await vi.waitFor(() => expect(retried).toHaveLength(1));
    expect(server.asked.filter((each) => each.includes('mine'))).toHaveLength(2);
  });

  test('is no longer said once an event shows that it has happened', () => {
    applyRow(client, { ...failed, status: 'sent', rev: 9 }, 'event');
    expect(settlingOf('mine')).toBeUndefined();
  });

  test('keeps a text that is being lifted, and says that it comes', async () => {
    settle.liftUnsent(unsent('mine', 'row'), failed);
    await vi.waitFor(() => expect(words()).toMatch(/as soon as it does/));
    expect(phases()).toEqual(['lifting']);
  });

  test('and what it refused is said in its own words', async () => {
    answerRetries(() => ({ status: 409, code: 'already_settled' }));
    settle.sendAgain('mine');
    await vi.waitFor(() => expect(words()).toMatch(/^A colleague/));
  });
});
