// @vitest-environment happy-dom
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { protocolTooOld } from '../api/http';
import { applyPageState, applyRow } from '../cache/applyRow';
import { createQueryClient } from '../cache/queryClient';
import { storeRenewed } from '../cache/streamCursor';
import { FakeServer, stubLocks } from '../testing/fakeServer';
import { AGENT, CONVERSATION, ownRow, typedMessage } from '../testing/rows';
import * as running from './running';
import { openTabs, type TabNews } from './tabs';
import { sendMessage } from './useSendMessage';

let server: FakeServer;
let epoch: string;

let client = createQueryClient();
const start = (agentId = AGENT._id) => {
  const agent = { ...AGENT, _id: agentId };
  running.startOutbox({
    session: { agent, inboxes: [], epoch, debug: false, emulator_console: '' },
    client,
  });
};
const send = (clientId: string) =>
  sendMessage({ conversationId: CONVERSATION, clientId, text: 'words', seenPos: null });
const shown = () => [...(running.runningOutbox()?.outbox.entries ?? [])];
/** What the storage was asked before has been done. */
const loaded = () => running.runningOutbox()?.storage.load();

beforeEach(() => {
  server = new FakeServer();
  stubLocks();
  epoch = crypto.randomUUID();
  client = createQueryClient();
});
afterEach(() => {
  running.stopOutbox();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('starting and stopping', () => {
  test('the same agent and store again keeps what runs', () => {
    start();
    const before = running.runningOutbox();
    start();
    expect(running.runningOutbox()).toBe(before);
  });

  test('another agent sees nothing of it, and finds nothing wiped afterwards', async () => {
    server.on('POST /api/conversations', () => new Promise(() => undefined));
    start();
    send('mine');
    await loaded();
    start('agent-ben');
    await loaded();
    expect(shown()).toEqual([]);
    start();
    await vi.waitFor(() => expect(shown().map((each) => each.message.client_id)).toEqual(['mine']));
  });

  test('signing out wipes this agent’s texts', async () => {
    start();
    running.runningOutbox()?.drafts.setText(CONVERSATION, 'typed');
    await loaded();
    await running.wipeOutbox();
    expect(running.runningOutbox()).toBeNull();
    start();
    await loaded();
    expect(running.runningOutbox()?.drafts.get(CONVERSATION)).toBeUndefined();
  });

  test('a stored draft whose id has become a message is not a draft any more', async () => {
    start();
    running.runningOutbox()?.drafts.setText(CONVERSATION, 'typed');
    const id = running.runningOutbox()?.drafts.get(CONVERSATION)?.id ?? '';
    await loaded();
    running.stopOutbox();
    start();
    await loaded();
    expect(running.runningOutbox()?.drafts.get(CONVERSATION)?.id).toBe(id);
    applyRow(client, ownRow({ ...typedMessage(id), text_content: 'typed' }, 1), 'page');
    expect(running.runningOutbox()?.drafts.get(CONVERSATION)).toBeUndefined();
  });
});

test('signing out makes the agent’s other tabs forget what is deleted', async () => {
  server.on('POST /api/conversations', () => new Promise(() => undefined));
  start();
  running.runningOutbox()?.drafts.setText(CONVERSATION, 'typed');
  send('mine');
  const heard: TabNews[] = [];
  const tabs = openTabs({ agentId: AGENT._id, epoch });
  tabs.listen((news) => heard.push(news));
  await running.wipeOutbox();
  await vi.waitFor(() => {
    expect(heard).toContainEqual({ kind: 'removed', clientId: 'mine' });
    const gone = { kind: 'draft', conversationId: CONVERSATION, draft: null };
    expect(heard).toContainEqual(expect.objectContaining(gone));
  });
  tabs.close();
});

test('a network that is back is told to the other tabs: one that is hidden may hold the lane', async () => {
  start();
  const heard: TabNews[] = [];
  const tabs = openTabs({ agentId: AGENT._id, epoch });
  tabs.listen((news) => heard.push(news));
  dispatchEvent(new Event('online'));
  await vi.waitFor(() => expect(heard).toContainEqual({ kind: 'wake' }));
  tabs.close();
});

describe('a draft that was sent by a page which ended before the storage knew (R1)', () => {
  const leaveDraft = async () => {
    start();
    running.runningOutbox()?.drafts.setText(CONVERSATION, 'typed');
    const id = running.runningOutbox()?.drafts.get(CONVERSATION)?.id ?? '';
    await loaded();
    running.stopOutbox();
    return ownRow({ ...typedMessage(id), text_content: 'typed' }, 1);
  };
  const draft = () => running.runningOutbox()?.drafts.get(CONVERSATION);

  test('is dropped when the cache knows its row already', async () => {
    const row = await leaveDraft();
    applyPageState(client, CONVERSATION, { loading: 'newest' });
    applyRow(client, row, 'event');
    start();
    await loaded();
    expect(draft()).toBeUndefined();
    expect(server.asked.filter((each) => each.includes('by-client-id'))).toEqual([]);
  });

  test('is dropped when the server, asked for it, knows its row', async () => {
    const row = await leaveDraft();
    server.on('GET /api/messages/by-client-id/', () => row);
    start();
    await vi.waitFor(() => expect(server.asked).toHaveLength(1));
    await vi.waitFor(() => expect(draft()).toBeUndefined());
  });

  test('is kept under a new id when it was taken back', async () => {
    const row = await leaveDraft();
    server.on('GET /api/messages/by-client-id/', () => ({ status: 410, code: 'cancelled' }));
    start();
    await vi.waitFor(() => expect(draft()?.id).not.toBe(row.client_id));
    await vi.waitFor(() => expect(draft()?.text).toBe('typed'));
  });
});

describe('unsent text', () => {
  test('is what is typed and what has not been accepted', async () => {
    start();
    expect(running.hasUnsentText()).toBe(false);
    running.runningOutbox()?.drafts.setText(CONVERSATION, '  ');
    expect(running.hasUnsentText()).toBe(false);
    running.runningOutbox()?.drafts.setText(CONVERSATION, 'typed');
    expect(running.hasUnsentText()).toBe(true);
    running.runningOutbox()?.drafts.setText(CONVERSATION, '');
    send('mine');
    expect(running.hasUnsentText()).toBe(true);
    await vi.waitFor(() => expect(running.hasUnsentText()).toBe(false));
  });

  test('keeps a page that is too old from reloading itself', () => {
    const reload = vi.spyOn(location, 'reload').mockImplementation(() => undefined);
    vi.spyOn(performance, 'now').mockReturnValue(60_000);
    start();
    running.runningOutbox()?.drafts.setText(CONVERSATION, 'typed');
    protocolTooOld.emit();
    expect(reload).not.toHaveBeenCalled();
    running.runningOutbox()?.drafts.setText(CONVERSATION, '');
    expect(reload).toHaveBeenCalled();
  });
});

test('in a restored store what never left goes on, and what may have left asks first (R16)', async () => {
  server.on('POST /api/conversations', () => new Promise(() => undefined));
  start();
  send('tried');
  send('untried');
  running.runningOutbox()?.drafts.setText(CONVERSATION, 'typed');
  await vi.waitFor(() => expect(shown().map((each) => each.tried)).toEqual([true, false]));
  server.on('POST /api/conversations', (_path, body) => server.accept(body));
  epoch = crypto.randomUUID();
  storeRenewed.emit(epoch);
  await vi.waitFor(() => expect(shown().map((each) => each.phase)).toEqual(['asking', 'accepted']));
  expect(shown()[0]?.reason?.code).toBe('stale');
  expect(running.runningOutbox()?.drafts.get(CONVERSATION)?.text).toBe('typed');
  await loaded();
  running.stopOutbox();
  start();
  await vi.waitFor(() => expect(shown().map((each) => each.message.client_id)).toEqual(['tried']));
});
