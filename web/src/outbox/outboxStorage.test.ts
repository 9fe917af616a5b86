import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Browser, OWNER } from '../testing/outboxWorld';
import { CONVERSATION, typedMessage } from '../testing/rows';
import { openOutboxStorage } from './outboxStorage';
import { wipeOutboxStorage } from './running';

const { outbox } = new Browser().openTab();
const entry = (clientId: string, owner = OWNER) => ({
  ...outbox.newEntry(typedMessage(clientId), null),
  ...owner,
});
const draft = { id: 'draft', conversationId: CONVERSATION, text: 'Hello' };

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
});

test('what was written is found by the next page', async () => {
  const storage = openOutboxStorage(OWNER);
  await storage.write({ entries: [entry('a')], drafts: { [CONVERSATION]: draft } });
  storage.close();
  const found = await openOutboxStorage(OWNER).load();
  expect(found.entries.map((each) => each.message.client_id)).toEqual(['a']);
  expect(found.drafts).toMatchObject([draft]);
});

test('an entry and the end of its draft are one write', async () => {
  const storage = openOutboxStorage(OWNER);
  await storage.write({ drafts: { [CONVERSATION]: draft } });
  await storage.write({ entries: [entry('draft')], drafts: { [CONVERSATION]: null } });
  const found = await storage.load();
  expect([found.entries.length, found.drafts.length]).toEqual([1, 0]);
});

test.each([
  { agentId: 'agent-ben', epoch: 'e' },
  { agentId: OWNER.agentId, epoch: 'restored' },
])('the records of %o are neither found nor wiped by another', async (other) => {
  const theirs = openOutboxStorage(other);
  await theirs.write({ entries: [entry('theirs', other)], drafts: { [CONVERSATION]: draft } });
  const ours = openOutboxStorage(OWNER);
  await ours.write({ entries: [entry('ours')], drafts: { [CONVERSATION]: draft } });
  expect((await ours.load()).entries).toHaveLength(1);
  await wipeOutboxStorage(OWNER);
  expect(await ours.load()).toEqual({ entries: [], drafts: [] });
  expect((await theirs.load()).entries).toHaveLength(1);
  expect((await theirs.load()).drafts).toHaveLength(1);
});

test('a newer page’s database is not held up by this one', async () => {
  const storage = openOutboxStorage(OWNER);
  await storage.load();
  const newer = await openDB('forthwith-outbox', 3);
  expect(newer.version).toBe(3);
  expect(storage.state).toBe('memory');
  newer.close();
});

describe('a browser that keeps nothing', () => {
  test('is said, and nothing raises', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const storage = openOutboxStorage(OWNER);
    await storage.write({ entries: [entry('a')] });
    expect(storage.state).toBe('memory');
    expect(await storage.load()).toEqual({ entries: [], drafts: [] });
  });

  test('one that never answers is not waited for: what is sent must go out', async () => {
    vi.useFakeTimers();
    vi.spyOn(indexedDB, 'open').mockImplementation(() => new IDBOpenDBRequest());
    const storage = openOutboxStorage(OWNER);
    const loading = storage.load();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(storage.state).toBe('durable');
    await vi.advanceTimersByTimeAsync(1);
    expect(await loading).toEqual({ entries: [], drafts: [] });
    expect(storage.state).toBe('memory');
    vi.useRealTimers();
  });

  test('no room is said as such, and a write that succeeds again takes it back', async () => {
    const storage = openOutboxStorage(OWNER);
    const states: string[] = [];
    storage.stateChanged.subscribe((state) => states.push(state));
    await storage.load();
    const full = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError');
    });
    await storage.write({ drafts: { [CONVERSATION]: draft } });
    full.mockRestore();
    await storage.write({ drafts: { [CONVERSATION]: draft } });
    expect(states).toEqual(['full', 'durable']);
  });
});
