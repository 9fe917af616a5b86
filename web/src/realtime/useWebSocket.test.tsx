// @vitest-environment happy-dom
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { protocolTooOld, serverReached, signedOut } from '../api/http';
import { applyConversation, LIST_KEY } from '../cache/applyRow';
import type { ConversationList } from '../cache/conversationList';
import { createQueryClient, streamCursorOf } from '../cache/queryClient';
import { storeRenewed } from '../cache/streamCursor';
import { FakeServer } from '../testing/fakeServer';
import { AGENT, CONVERSATION, conversationRow, storedRow } from '../testing/rows';
import { useConnectionState } from './connection';
import { useWebSocket } from './useWebSocket';

class StubSocket extends EventTarget {
  static newest: StubSocket;
  readonly sent: unknown[] = [];
  constructor(readonly url: URL) {
    super();
    StubSocket.newest = this;
  }
  send(data: string) {
    this.sent.push(JSON.parse(data));
  }
  close() {}
  opens() {
    act(() => void this.dispatchEvent(new Event('open')));
  }
  says(frame: object) {
    const event = Object.assign(new Event('message'), { data: JSON.stringify(frame) });
    act(() => void this.dispatchEvent(event));
  }
  ends(code: number) {
    act(() => void this.dispatchEvent(Object.assign(new Event('close'), { code })));
  }
}

const session = { agent: AGENT, inboxes: [], epoch: 'e', debug: false, emulator_console: '' };
let client: QueryClient;
let server: FakeServer;
const heard = { renewed: vi.fn<(epoch: string) => void>(), out: vi.fn<() => void>() };
const old = vi.fn<() => void>();
const reached = vi.fn<() => void>();
let endings: (() => void)[];

function Page() {
  useWebSocket(session);
  return <p>{useConnectionState()}</p>;
}
const draw = () =>
  render(
    <QueryClientProvider client={client}>
      <Page />
    </QueryClientProvider>,
  );
const socket = () => StubSocket.newest;
const shown = () => screen.getByText(/online|connecting|offline/).textContent;

beforeEach(() => {
  client = createQueryClient();
  server = new FakeServer();
  server.on('GET /api/conversations', () => ({
    as_of_seq: 99,
    epoch: streamCursorOf(client).epoch,
    conversations: [conversationRow({ rev: 5, unread_count: 7 })],
    next_cursor: null,
  }));
  vi.stubGlobal('WebSocket', StubSocket);
  endings = [
    storeRenewed.subscribe(heard.renewed),
    signedOut.subscribe(heard.out),
    protocolTooOld.subscribe(old),
    serverReached.subscribe(reached),
  ];
});
afterEach(() => {
  cleanup();
  for (const end of endings) end();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

test('events go into the cache, raise the cursor and cause no fetch', () => {
  streamCursorOf(client).restart('e', 5);
  applyConversation(client, conversationRow());
  draw();
  expect(socket().url.href).toMatch(/^ws.*\/api\/ws$/);
  socket().opens();
  expect(socket().sent).toEqual([{ type: 'resume', protocol: 1, epoch: 'e', seq: 5 }]);
  socket().says({ type: 'welcome', epoch: 'e', seq: 6 });
  expect(shown()).toBe('online');
  expect(reached).toHaveBeenCalled();
  const message = storedRow(3);
  const at = { conversation_id: CONVERSATION, at: '' };
  socket().says({ type: 'new_message', seq: 6, prev_seq: 5, ...at, message });
  const list = client.getQueryData<ConversationList>(LIST_KEY);
  expect(list?.rows.get(CONVERSATION)?.last_message).toEqual(message);
  expect(streamCursorOf(client).seq).toBe(6);
  expect(server.asked).toEqual([]);
});

describe('reset', () => {
  const reset = (epoch: string, seq: number) => {
    draw();
    socket().opens();
    socket().says({ type: 'reset', epoch, seq });
  };

  test('before any snapshot begins the stream, and nothing is fetched twice', () => {
    reset('e', 12);
    expect(streamCursorOf(client)).toMatchObject({ epoch: 'e', seq: 12 });
    expect(heard.renewed).not.toHaveBeenCalled();
    expect(server.asked).toEqual([]);
  });

  test('later fetches what is shown again', async () => {
    streamCursorOf(client).restart('e', 5);
    applyConversation(client, conversationRow());
    reset('e', 50);
    await vi.waitFor(() => {
      const list = client.getQueryData<ConversationList>(LIST_KEY);
      expect(list?.rows.get(CONVERSATION)?.unread_count).toBe(7);
    });
    expect(heard.renewed).not.toHaveBeenCalled();
  });

  test('of another store says so', () => {
    streamCursorOf(client).restart('e', 5);
    reset('restored', 3);
    expect(heard.renewed).toHaveBeenCalledWith('restored');
  });
});

test('the end of the session and of the protocol are told to whoever listens', () => {
  draw();
  socket().ends(4401);
  expect(heard.out).toHaveBeenCalledOnce();
  cleanup();
  draw();
  socket().ends(4406);
  expect(old).toHaveBeenCalledOnce();
});
