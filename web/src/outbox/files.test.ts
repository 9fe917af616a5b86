import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test, vi } from 'vitest';
import { Browser, OWNER } from '../testing/outboxWorld';
import { typedMessage } from '../testing/rows';
import { openOutboxStorage } from './outboxStorage';

const AGENT = OWNER.agentId;
const bytes = (size: number) => new Blob([new Uint8Array(size)]);

/** A page of its own: a fresh copy of the module. `alive`: names of the locks that pages hold. */
async function openPage(alive: string[] = []) {
  vi.resetModules();
  const request = (name: string) => {
    alive.push(name);
    return new Promise(() => undefined);
  };
  const query = () => Promise.resolve({ held: alive.map((name) => ({ name })) });
  vi.stubGlobal('navigator', { locks: { request, query } });
  return import('./files');
}

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()));

test('a file is found by this page at once, and by the next one', async () => {
  const page = await openPage();
  const stored = await page.storeFile(AGENT, bytes(3));
  if (typeof stored === 'string') throw new Error(stored);
  expect(page.heldFile(stored.id)?.size).toBe(3);
  const next = await openPage();
  expect(next.heldFile(stored.id)).toBeUndefined();
  expect(await next.findFile(stored.id)).toBeDefined();
  await next.dropFile(stored.id);
  expect(await next.findFile(stored.id)).toBeUndefined();
});

test('more than 200 MB in all are refused, whoever keeps them and whether they are stored or not', async () => {
  const page = await openPage();
  const huge = { size: page.MOST_BYTES - 10 } as Blob;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('cannot be stored', 'DataCloneError');
  });
  expect(await page.storeFile(AGENT, huge)).toHaveProperty('id');
  vi.restoreAllMocks();
  expect(await page.storeFile(AGENT, bytes(11))).toBe('files_full');
  expect(await page.storeFile('agent-ben', bytes(10))).toHaveProperty('id');
});

test('a browser without room says so, and keeps nothing', async () => {
  const page = await openPage();
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  expect(await page.storeFile(AGENT, bytes(5))).toBe('browser_full');
  vi.restoreAllMocks();
});

test('what a page that is gone has chosen and not sent is dropped; what lives, is needed or is another’s stays', async () => {
  const alive: string[] = [];
  const ids: string[] = [];
  for (const agent of [AGENT, AGENT, AGENT, 'agent-ben']) {
    const page = await openPage(alive);
    const stored = await page.storeFile(agent, bytes(1));
    ids.push(typeof stored === 'string' ? stored : stored.id);
  }
  // The third page lives; the second one's file is named by an entry, of a store that was restored since.
  const { outbox } = new Browser().openTab();
  const entry = outbox.newEntry(typedMessage('a'), null);
  const before = openOutboxStorage({ ...OWNER, epoch: 'before' });
  await before.write({
    entries: [{ ...entry, epoch: 'before', attachment: { file: ids[1] ?? '' } }],
  });
  const next = await openPage(alive.slice(2, 3));
  await next.dropOrphans(AGENT);
  const left = await Promise.all(ids.map((id) => next.findFile(id)));
  expect(left.map((file) => file !== undefined)).toEqual([false, true, true, true]);
});

test('what the database of an older page holds is still there after it has learned of files', async () => {
  const { outbox } = new Browser().openTab();
  const old = await openDB('forthwith-outbox', 1, {
    upgrade(fresh) {
      fresh.createObjectStore('entries', { keyPath: 'message.client_id' });
      fresh.createObjectStore('drafts', { keyPath: ['agentId', 'epoch', 'conversationId'] });
    },
  });
  await old.put('entries', outbox.newEntry(typedMessage('old'), null));
  await old.put('drafts', { id: 'd', conversationId: 'c', text: 'half a', ...OWNER });
  old.close();
  const found = await openOutboxStorage(OWNER).load();
  expect(found.entries.map((entry) => entry.message.client_id)).toEqual(['old']);
  expect(found.drafts.map((draft) => draft.text)).toEqual(['half a']);
  const page = await openPage();
  expect(await page.storeFile(AGENT, bytes(1))).toHaveProperty('id');
});
