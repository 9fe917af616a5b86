import type { QueryClient } from '@tanstack/react-query';
import {
  fetchConversation,
  fetchConversations,
  fetchMessages,
  type ConversationFilter,
} from '../api/conversations';
import { ApiError, NoAnswerError } from '../api/http';
import type { ConversationPage, MessagePage } from '../protocol/shapes';
import {
  applyConversation,
  applyHistoryReload,
  applyListPage,
  applyListPhase,
  applyListReload,
  applyMessagePage,
  applyPageState,
  historyKey,
  LIST_KEY,
} from './applyRow';
import { EMPTY_LIST, type ConversationList } from './conversationList';
import type { MessageHistory } from './messageHistory';
import { streamCursorOf } from './queryClient';

const ASK_AGAIN_MS = 2_000;
const RELOADED_AT_MOST = 1_000;

/** Not answered so far, and still being asked for; and: it will not come. */
const TROUBLED = { hasFailed: true };
const FAILED = { loading: null, hasFailed: true };

const historyOf = (client: QueryClient, conversationId: string) =>
  client.getQueryData<MessageHistory>(historyKey(conversationId));

/** The newest page of a conversation, unless it is here or on its way. */
export async function loadNewest(
  client: QueryClient,
  conversationId: string,
  atLeast: number,
): Promise<void> {
  const history = historyOf(client, conversationId);
  if (history?.loading || (history && history.from !== null)) return;
  await load(client, conversationId, 'newest', null, atLeast);
}

/** The page before what is held, unless there is none or it is on its way. */
export async function loadOlder(client: QueryClient, conversationId: string): Promise<void> {
  const history = historyOf(client, conversationId);
  if (!history || history.loading || !history.from) return;
  await load(client, conversationId, 'older', history.from);
}

async function load(
  client: QueryClient,
  conversationId: string,
  which: 'newest' | 'older',
  beforePos: number | null,
  atLeast = 0,
): Promise<void> {
  applyPageState(client, conversationId, { loading: which, hasFailed: false });
  const expected = historyOf(client, conversationId)?.places;
  try {
    const page = await covered(
      client,
      () => fetchMessages(conversationId, beforePos, atLeast),
      () => applyPageState(client, conversationId, TROUBLED),
    );
    // A reload after `reset` has taken this history's place meanwhile: the page may not fit on it.
    if (historyOf(client, conversationId)?.places !== expected) return;
    applyMessagePage(client, conversationId, page);
  } catch {
    applyPageState(client, conversationId, FAILED);
  }
}

/** The first page of a filter's list, or the next one. */
export async function loadConversations(
  client: QueryClient,
  filter: ConversationFilter,
): Promise<void> {
  const list = client.getQueryData<ConversationList>(LIST_KEY) ?? EMPTY_LIST;
  const { cursor, phase } = list.pages[filter];
  if (phase === 'loading' || phase === 'troubled' || phase === 'complete') return;
  applyListPhase(client, filter, 'loading');
  try {
    applyListPage(
      client,
      filter,
      await covered(
        client,
        () => fetchConversations(filter, cursor),
        () => applyListPhase(client, filter, 'troubled'),
      ),
    );
  } catch {
    applyListPhase(client, filter, 'failed');
  }
}

/** One conversation's row, when it is opened by its address; null when there is no such conversation. */
export async function loadConversation(client: QueryClient, conversationId: string) {
  try {
    const row = await fetchConversation(conversationId);
    applyConversation(client, row);
    return row;
  } catch (fault) {
    if (fault instanceof ApiError && fault.code === 'not_found') return null;
    throw fault;
  }
}

/** After `reset`: everything shown is fetched again, as deep as it was; the rest is forgotten until it is opened. */
export async function reloadEverything(client: QueryClient): Promise<void> {
  // Not `type: 'inactive'`: a query that never fetches by itself counts as inactive while it is on screen.
  client.removeQueries({
    queryKey: ['messages'],
    predicate: (query) => query.getObserversCount() === 0,
  });
  const open = client.getQueriesData<MessageHistory>({ queryKey: ['messages'] });
  await Promise.all([
    reloadList(client),
    ...open.map(([key]) => reloadHistory(client, String(key[1]))),
  ]);
}

async function reloadHistory(client: QueryClient, conversationId: string): Promise<void> {
  const before = historyOf(client, conversationId);
  if (!before) return;
  applyPageState(client, conversationId, { loading: 'newest', hasFailed: false });
  const pages: MessagePage[] = [];
  try {
    let from: number | null = null;
    for (let count = 0; count < RELOADED_AT_MOST;) {
      const page: MessagePage = await covered(
        client,
        () => fetchMessages(conversationId, from),
        () => applyPageState(client, conversationId, TROUBLED),
      );
      pages.unshift(page);
      count += page.messages.length;
      from = page.messages[0]?.pos ?? 0;
      if (!page.has_more || from <= (before.from ?? Infinity)) break;
    }
    applyHistoryReload(client, conversationId, before, pages);
  } catch {
    applyPageState(client, conversationId, FAILED);
  }
}

async function reloadList(client: QueryClient): Promise<void> {
  const before = client.getQueryData<ConversationList>(LIST_KEY) ?? EMPTY_LIST;
  if (before.pages.all.phase === 'untouched' && before.rows.size === 0) return;
  const pages: ConversationPage[] = [];
  try {
    let cursor: string | null = null;
    for (let count = 0; count < Math.min(before.rows.size, RELOADED_AT_MOST) || count === 0;) {
      const page: ConversationPage = await covered(
        client,
        () => fetchConversations('all', cursor),
        () => applyListPhase(client, 'all', 'troubled'),
      );
      pages.push(page);
      count += page.conversations.length;
      cursor = page.next_cursor;
      if (cursor === null) break;
    }
    applyListReload(client, before, pages);
  } catch {
    applyListPhase(client, 'all', 'failed');
  }
}

/** A snapshot that the event stream continues without a gap: asked for until there is one, or a final refusal. */
async function covered<Page extends { epoch: string; as_of_seq: number }>(
  client: QueryClient,
  fetchPage: () => Promise<Page>,
  onTrouble: () => void,
): Promise<Page> {
  const cursor = streamCursorOf(client);
  for (;;) {
    try {
      const page = await fetchPage();
      if (cursor.covers(page)) return page;
    } catch (fault) {
      if (isFinal(fault)) throw fault;
      onTrouble();
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

/** The server understood and said no. What passes by itself, an ended session too, is asked again. */
function isFinal(fault: unknown): boolean {
  if (fault instanceof NoAnswerError) return false;
  return !(fault instanceof ApiError) || (fault.status < 500 && ![401, 429].includes(fault.status));
}
