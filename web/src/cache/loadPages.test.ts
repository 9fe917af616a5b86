import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConversationPage, MessagePage } from '../protocol/shapes';
import { CONVERSATION, conversationRow, storedRow } from '../testing/rows';
import { applyEvent, historyKey, LIST_KEY } from './applyRow';
import type { ConversationList } from './conversationList';
import { loadConversations, loadNewest, loadOlder, reloadEverything } from './loadPages';
import type { MessageHistory } from './messageHistory';
import { createQueryClient, streamCursorOf } from './queryClient';

type Page = Omit<MessagePage, 'epoch'> | Omit<ConversationPage, 'epoch'>;
type Answer = Page | 'no network' | 404;

/** Answers in the order of the questions, each when the test says so. */
function stubServer() {
  const asked: { url: URL; answer: (answer: Answer) => void }[] = [];
  vi.stubGlobal('fetch', (path: string) => {
    return new Promise<Response>((resolve, reject) => {
      const answer = (given: Answer) => {
        if (given === 'no network') reject(new TypeError('no network'));
        else if (given === 404) {
          const headers = { 'Content-Type': 'application/problem+json' };
          const problem = { code: 'not_found', status: 404, title: '' };
          resolve(new Response(JSON.stringify(problem), { status: 404, headers }));
        } else resolve(new Response(JSON.stringify({ epoch: 'e', ...given })));
      };
      asked.push({ url: new URL(path, 'http://server'), answer });
    });
  });
  return asked;
}

const client = () => createQueryClient();
const history = (from: ReturnType<typeof client>) =>
  from.getQueryData<MessageHistory>(historyKey(CONVERSATION));
const rows = (...positions: number[]) => positions.map((pos) => storedRow(pos));
const event = (seq: number, pos: number, rev = 1) => ({
  seq,
  prev_seq: seq - 1,
  type: 'message_status_update' as const,
  conversation_id: CONVERSATION,
  at: '',
  message: storedRow(pos, { rev }),
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('pages and events meet', () => {
  test('ten events while an older page is held are all there when it lands', async () => {
    const [server, cache] = [stubServer(), client()];
    const newest = loadNewest(cache, CONVERSATION, 0);
    server[0]?.answer({ as_of_seq: 1, messages: rows(51, 52), has_more: true });
    await newest;
    const older = loadOlder(cache, CONVERSATION);
    for (let n = 1; n <= 10; n++) applyEvent(cache, event(n + 1, n % 2 ? 52 + n : 50, n + 1));
    server[1]?.answer({ as_of_seq: 1, messages: rows(49, 50), has_more: false });
    await older;
    const found = history(cache)?.rows.map((row) => [row.pos, row.rev]);
    expect(found).toEqual([
      [49, 1],
      [50, 11],
      [51, 1],
      [52, 1],
      [53, 2],
      [55, 4],
      [57, 6],
      [59, 8],
      [61, 10],
    ]);
    expect(server[1]?.url.searchParams.get('before_pos')).toBe('51');
  });

  test('an event before the very first page has landed is not lost', async () => {
    const [server, cache] = [stubServer(), client()];
    streamCursorOf(cache).restart('e', 1);
    const loading = loadNewest(cache, CONVERSATION, 0);
    applyEvent(cache, event(2, 4));
    server[0]?.answer({ as_of_seq: 1, messages: rows(3), has_more: true });
    await loading;
    expect(history(cache)?.rows.map((row) => row.pos)).toEqual([3, 4]);
  });

  test('a conversation nobody has opened gets no history from an event', () => {
    const cache = client();
    applyEvent(cache, event(2, 4));
    expect(history(cache)).toBeUndefined();
  });
});

describe('a page is asked for once, and until it comes', () => {
  test('not again while it is under way or here', async () => {
    const [server, cache] = [stubServer(), client()];
    const loading = loadNewest(cache, CONVERSATION, 0);
    await loadNewest(cache, CONVERSATION, 0);
    server[0]?.answer({ as_of_seq: 1, messages: rows(1), has_more: false });
    await loading;
    await loadNewest(cache, CONVERSATION, 0);
    await loadOlder(cache, CONVERSATION);
    expect(server).toHaveLength(1);
  });

  test('again when there was no answer, and the trouble shows meanwhile', async () => {
    const [server, cache] = [stubServer(), client()];
    const loading = loadNewest(cache, CONVERSATION, 0);
    server[0]?.answer('no network');
    await vi.advanceTimersByTimeAsync(100);
    expect(history(cache)).toMatchObject({ hasFailed: true, loading: 'newest' });
    await vi.advanceTimersByTimeAsync(2_000);
    server[1]?.answer({ as_of_seq: 1, messages: rows(1), has_more: false });
    await loading;
    expect(history(cache)).toMatchObject({ hasFailed: false, loading: null });
  });

  test('never again when the server said no', async () => {
    const [server, cache] = [stubServer(), client()];
    const loading = loadNewest(cache, CONVERSATION, 0);
    server[0]?.answer(404);
    await loading;
    expect(history(cache)).toMatchObject({ hasFailed: true, loading: null });
    expect(server).toHaveLength(1);
  });

  test('again when it was read before the stream began', async () => {
    const [server, cache] = [stubServer(), client()];
    const loading = loadNewest(cache, CONVERSATION, 0);
    streamCursorOf(cache).restart('e', 9);
    server[0]?.answer({ as_of_seq: 8, messages: rows(1), has_more: false });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(history(cache)?.from).toBeNull();
    server[1]?.answer({ as_of_seq: 9, messages: rows(1, 2), has_more: false });
    await loading;
    expect(history(cache)?.rows).toHaveLength(2);
  });

  test('many unread messages ask for a longer page, within the limit', () => {
    const [server, cache] = [stubServer(), client()];
    void loadNewest(cache, CONVERSATION, 120.5);
    void loadNewest(cache, 'another', 900);
    expect(server.map(({ url }) => url.searchParams.get('limit'))).toEqual(['121', '200']);
  });
});

test('after reset the list and the open histories are fetched again as deep as they were', async () => {
  const [server, cache] = [stubServer(), client()];
  const list = loadConversations(cache, 'all');
  server[0]?.answer({ as_of_seq: 1, conversations: [conversationRow()], next_cursor: null });
  await list;
  const watched = cache.getQueryCache().build(cache, { queryKey: historyKey(CONVERSATION) });
  watched.addObserver({ onQueryUpdate: () => undefined, options: {} } as never);
  const newest = loadNewest(cache, CONVERSATION, 0);
  server[1]?.answer({ as_of_seq: 1, messages: rows(3, 4), has_more: true });
  await newest;

  streamCursorOf(cache).restart('e', 20);
  const reloading = reloadEverything(cache);
  const gone = conversationRow({ _id: 'conversation-2' });
  server[2]?.answer({ as_of_seq: 20, conversations: [gone], next_cursor: null });
  server[3]?.answer({ as_of_seq: 20, messages: rows(8, 9), has_more: true });
  await vi.advanceTimersByTimeAsync(0);
  expect(server[4]?.url.searchParams.get('before_pos')).toBe('8');
  server[4]?.answer({ as_of_seq: 20, messages: rows(2, 3, 4, 5, 6, 7), has_more: true });
  await reloading;
  expect(history(cache)?.rows.map((row) => row.pos)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  const known = cache.getQueryData<ConversationList>(LIST_KEY);
  expect([...(known?.rows.keys() ?? [])]).toEqual(['conversation-2']);
});
