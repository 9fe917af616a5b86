/**
 * The only door by which rows enter the cache, whether from a page, a POST's answer, an event or a reload:
 * the greater `rev` is kept, so their order cannot matter (R14).
 */

import type { QueryClient } from '@tanstack/react-query';
import type { ConversationFilter } from '../api/conversations';
import type { StoredMessage } from '../domain/message';
import { createSignal } from '../domain/signal';
import type { ConversationPage, ConversationRow, Event, MessagePage } from '../protocol/shapes';
import {
  EMPTY_LIST,
  mergeConversation,
  mergeLastMessage,
  mergeListPage,
  mergeRead,
  replaceListWithPages,
  type ConversationList,
} from './conversationList';
import {
  emptyHistory,
  mergePage,
  mergeRow,
  replaceWithPages,
  type MessageHistory,
} from './messageHistory';
import { streamCursorOf } from './queryClient';

export type RowSource = 'answer' | 'event' | 'page';

/** Every row that comes in by itself or in a page, after it has been applied: the outbox and the socket listen. */
export const rowApplied = createSignal<{ row: StoredMessage; source: RowSource }>();

export const LIST_KEY = ['conversations'] as const;
export const historyKey = (conversationId: string) => ['messages', conversationId] as const;

export function applyRow(client: QueryClient, row: StoredMessage, source: RowSource): void {
  // A conversation nobody has opened has no history; the page of its first opening brings the row.
  client.setQueryData<MessageHistory>(
    historyKey(row.conversation_id),
    (history) => history && mergeRow(history, row),
  );
  changeList(client, (list) => mergeLastMessage(list, row));
  rowApplied.emit({ row, source });
}

export function applyConversation(client: QueryClient, row: ConversationRow): void {
  changeList(client, (list) => mergeConversation(list, row));
}

/** One event of the stream, whatever its type. */
export function applyEvent(client: QueryClient, event: Event): void {
  if (event.message) applyRow(client, event.message, 'event');
  if (event.conversation) applyConversation(client, event.conversation);
  const { type, conversation_id: conversationId, up_to_pos: upToPos } = event;
  if (type === 'messages_read' && upToPos !== undefined) {
    changeList(client, (list) => mergeRead(list, conversationId, upToPos));
  }
  streamCursorOf(client).raise(event.seq);
}

/**
 * How the loading of a page stands. From the moment it is asked for its conversation has a history: events that
 * arrive before the answer are caught in it and outlive the answer (TanStack/query#3579).
 */
export function applyPageState(
  client: QueryClient,
  conversationId: string,
  state: Partial<Pick<MessageHistory, 'loading' | 'hasFailed'>>,
) {
  changeHistory(client, conversationId, (history) => ({ ...history, ...state }));
}

export function applyMessagePage(client: QueryClient, conversationId: string, page: MessagePage) {
  changeHistory(client, conversationId, (history) => mergePage(history, page));
  for (const row of page.messages) rowApplied.emit({ row, source: 'page' });
}

/** After `reset`: `pages`, oldest first, take the place of what was held `before` they were asked for. */
export function applyHistoryReload(
  client: QueryClient,
  conversationId: string,
  before: MessageHistory,
  pages: readonly MessagePage[],
) {
  changeHistory(client, conversationId, (history) => replaceWithPages(history, before, pages));
  for (const row of pages.flatMap((page) => page.messages))
    rowApplied.emit({ row, source: 'page' });
}

export function applyListPage(
  client: QueryClient,
  filter: ConversationFilter,
  page: ConversationPage,
) {
  changeList(client, (list) => mergeListPage(list, filter, page));
  for (const { last_message: row } of page.conversations) {
    if (row) rowApplied.emit({ row, source: 'page' });
  }
}

export function applyListPhase(
  client: QueryClient,
  filter: ConversationFilter,
  phase: 'loading' | 'troubled' | 'failed',
) {
  changeList(client, (list) => ({
    ...list,
    pages: { ...list.pages, [filter]: { ...list.pages[filter], phase } },
  }));
}

/** After `reset`: `pages` of the whole list take the place of what was known `before` they were asked for. */
export function applyListReload(
  client: QueryClient,
  before: ConversationList,
  pages: readonly ConversationPage[],
) {
  changeList(client, (list) => replaceListWithPages(list, before, pages));
}

function changeHistory(
  client: QueryClient,
  conversationId: string,
  change: (history: MessageHistory) => MessageHistory,
) {
  client.setQueryData<MessageHistory>(historyKey(conversationId), (history = emptyHistory()) =>
    change(history),
  );
}

function changeList(client: QueryClient, change: (list: ConversationList) => ConversationList) {
  client.setQueryData<ConversationList>(LIST_KEY, (list = EMPTY_LIST) => change(list));
}
