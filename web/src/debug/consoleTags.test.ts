// @vitest-environment happy-dom
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { applyRow } from '../cache/applyRow';
import { createQueryClient } from '../cache/queryClient';
import { purgeDrawn, runningOutbox, startOutbox, stopOutbox } from '../outbox/running';
import { sendMessage } from '../outbox/useSendMessage';
import { eventReceived } from '../realtime/useWebSocket';
import { FakeServer, stubLocks } from '../testing/fakeServer';
import { AGENT, CONVERSATION, ownRow, typedMessage } from '../testing/rows';
import { listenToOutbox, listenToSocket } from './consoleTags';
import { optimisticIds } from './testOptimisticMessage';

const SECRET = 'nobody but the contact reads this';
const client = createQueryClient();
const outbox = listenToOutbox();
listenToSocket();

let server: FakeServer;
let lines: unknown[][];
const told = () => lines.map(([words]) => words);
const send = (clientId: string) =>
  sendMessage({ conversationId: CONVERSATION, clientId, text: SECRET, seenPos: null });

beforeEach(() => {
  server = new FakeServer();
  stubLocks();
  lines = [];
  vi.spyOn(console, 'info').mockImplementation((...line: unknown[]) => void lines.push(line));
  const session = {
    agent: AGENT,
    inboxes: [],
    epoch: crypto.randomUUID(),
    debug: true,
    emulator_console: '',
  };
  startOutbox({ session, client });
});
afterEach(() => {
  stopOutbox();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  // oxlint-disable-next-line vitest/no-standalone-expect -- holds for each of the tests
  expect(JSON.stringify(lines), 'the console tells ids, never text').not.toContain(SECRET);
});

test('a message that goes well tells its way', async () => {
  send('good');
  expect(optimisticIds()).toEqual(['good']);
  await vi.waitFor(() => expect(told()).toContain('✅ [MESSAGE] accepted'));
  expect(optimisticIds()).toEqual([]);
  purgeDrawn([...(runningOutbox()?.outbox.entries ?? [])]);
  expect(told()).toEqual([
    '🚀 [OPTIMISTIC] added',
    '🔍 [OPTIMISTIC] posting',
    '✅ [MESSAGE] accepted',
    '🔍 [OPTIMISTIC] matched by answer',
    '🔍 [OPTIMISTIC] replaced by its stored row',
  ]);
  expect(lines.every(([, id]) => id === 'good')).toBe(true);
  expect(outbox.newest()).toBe('good');
});

test('one that is refused ends with a cross and its code', async () => {
  server.on('POST /api/conversations', () => ({ status: 409, code: 'window_closed' }));
  send('bad');
  await vi.waitFor(() =>
    expect(lines.at(-1)).toEqual(['❌ [MESSAGE] returned', 'bad', { code: 'window_closed' }]),
  );
});

test.each(['failed', 'unconfirmed'] as const)('a row that becomes %s has a cross', (status) => {
  const error = { code: 'undeliverable', params: {}, detail: SECRET };
  applyRow(
    client,
    ownRow({ ...typedMessage('row'), text_content: SECRET }, 1, { status, error }),
    'event',
  );
  expect(lines).toEqual([[`❌ [MESSAGE] ${status}`, 'row', { code: 'undeliverable' }]]);
});

test('history that is loaded tells nothing', () => {
  applyRow(client, ownRow(typedMessage('row'), 1, { status: 'failed' }), 'page');
  expect(lines).toEqual([]);
});

test('every event of the socket is told by type, number and id', () => {
  const message = ownRow({ ...typedMessage('row'), text_content: SECRET }, 1, { status: 'read' });
  const event = { seq: 7, prev_seq: 6, conversation_id: CONVERSATION, at: '' };
  eventReceived.emit({ ...event, type: 'message_status_update', message });
  eventReceived.emit({ ...event, type: 'messages_read', up_to_pos: 3 });
  expect(lines).toEqual([
    ['🔔 [WEBSOCKET] message_status_update', { seq: 7, id: 'row', status: 'read' }],
    ['🔔 [WEBSOCKET] messages_read', { seq: 7, conversationId: CONVERSATION }],
  ]);
});
