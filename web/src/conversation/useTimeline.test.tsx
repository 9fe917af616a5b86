// @vitest-environment happy-dom
import 'fake-indexeddb/auto';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { applyRow } from '../cache/applyRow';
import { createQueryClient } from '../cache/queryClient';
import { runningOutbox, startOutbox, stopOutbox } from '../outbox/running';
import { sendMessage } from '../outbox/useSendMessage';
import type { MessageRow } from '../protocol/shapes';
import { FakeServer, stubLocks } from '../testing/fakeServer';
import {
  AGENT,
  CONVERSATION,
  conversationRow,
  ownRow,
  storedRow,
  typedMessage,
} from '../testing/rows';
import { useTimeline } from './useTimeline';

let client: QueryClient;
let server: FakeServer;
let conversation = conversationRow();
let history: MessageRow[];

const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={client}>{children}</QueryClientProvider>
);
const draw = () =>
  renderHook(() => useTimeline(CONVERSATION, conversation, AGENT._id), { wrapper });
type Drawn = ReturnType<typeof draw>;
const keys = ({ result }: Drawn) => result.current.items.map((item) => item.key);
const send = (clientId: string) =>
  sendMessage({ conversationId: CONVERSATION, clientId, text: 'words', seenPos: null });
const entries = () => [...(runningOutbox()?.outbox.entries ?? [])];

beforeEach(() => {
  client = createQueryClient();
  server = new FakeServer();
  stubLocks();
  conversation = conversationRow({ last_pos: 3, read_up_to_pos: 3 });
  history = [1, 2, 3].map((pos) => storedRow(pos));
  server.on('GET /api/conversations/[^/]+/messages', () => ({
    as_of_seq: 1,
    epoch: 'e',
    messages: history,
    has_more: false,
  }));
  const session = {
    agent: AGENT,
    inboxes: [],
    epoch: crypto.randomUUID(),
    debug: false,
    emulator_console: '',
  };
  startOutbox({ session, client });
});
afterEach(() => {
  cleanup();
  stopOutbox();
  vi.unstubAllGlobals();
});

test('one message is one row from Enter on, and its entry goes only after the row was drawn', async () => {
  server.on('POST /api/conversations', () => new Promise(() => undefined));
  const drawn = draw();
  await waitFor(() => expect(keys(drawn)).toHaveLength(3));
  act(() => send('mine'));
  expect(keys(drawn)).toEqual(['client-1', 'client-2', 'client-3', 'mine']);
  act(() => runningOutbox()?.outbox.updateOptimisticMessage('mine', { phase: 'accepted' }));
  expect(keys(drawn)).toContain('mine');
  expect(entries()).toHaveLength(1);
  const row = ownRow(typedMessage('mine'), 4);
  act(() => applyRow(client, row, 'event'));
  await waitFor(() => expect(entries()).toEqual([]));
  expect(keys(drawn)).toEqual(['client-1', 'client-2', 'client-3', 'mine']);
  expect(drawn.result.current.items.at(-1)?.pos).toBe(4);
});

test('what is unread is decided when the conversation is opened, and stays', async () => {
  conversation = conversationRow({ last_pos: 3, read_up_to_pos: 1, unread_count: 2 });
  const drawn = draw();
  await waitFor(() => expect(keys(drawn)).toHaveLength(3));
  const divider = () => drawn.result.current.items.map((item) => item.unreadBefore);
  expect(divider()).toEqual([null, 2, null]);
  conversation = conversationRow({ last_pos: 4, read_up_to_pos: 4, unread_count: 0 });
  act(() => applyRow(client, storedRow(4), 'event'));
  await waitFor(() => expect(divider()).toEqual([null, 2, null, null]));
});

test('before it is known what is unread, nothing is said about it', () => {
  expect(draw().result.current.unread).toBeUndefined();
});

test('a failed row further back is looked for, because the tray must hold it', async () => {
  const failed = ownRow(typedMessage('failed'), 1, { status: 'failed' });
  conversation = conversationRow({ last_pos: 3, read_up_to_pos: 3, unsent_count: 1 });
  server.on('GET /api/conversations/[^/]+/messages', () => ({
    as_of_seq: 1,
    epoch: 'e',
    messages: [storedRow(2), storedRow(3)],
    has_more: true,
  }));
  server.on('GET /api/conversations/[^/]+/messages.*before_pos=2', () => ({
    as_of_seq: 1,
    epoch: 'e',
    messages: [failed],
    has_more: false,
  }));
  const drawn = draw();
  await waitFor(() =>
    expect(drawn.result.current.unsent.map((entry) => entry.clientId)).toEqual(['failed']),
  );
  expect(keys(drawn)).toEqual(['client-2', 'client-3']);
});
