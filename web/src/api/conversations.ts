import type { ConversationPage, ConversationRow, MarkRead, MessagePage } from '../protocol/shapes';
import { request } from './http';

/** Which conversations a list holds. */
export type ConversationFilter = 'all' | 'unread' | 'unsent';

const CONVERSATIONS = 50;
const MESSAGES = 50;
const MESSAGES_AT_MOST = 200;

/** One page of the list by last activity, newest first; `cursor` is the one of the page before. */
export function fetchConversations(
  filter: ConversationFilter,
  cursor: string | null,
): Promise<ConversationPage> {
  const query = new URLSearchParams({ filter, limit: String(CONVERSATIONS) });
  if (cursor !== null) query.set('cursor', cursor);
  return request('GET', `/api/conversations?${query.toString()}`);
}

/** One row, for a conversation opened by its address. Raises ApiError `not_found`. */
export function fetchConversation(conversationId: string): Promise<ConversationRow> {
  return request('GET', `/api/conversations/${encodeURIComponent(conversationId)}`);
}

/** A page of history before `beforePos`, ordered by `pos`; the newest page without it. `atLeast` so many rows, if there are. */
export function fetchMessages(
  conversationId: string,
  beforePos: number | null,
  atLeast = 0,
): Promise<MessagePage> {
  const limit = Math.min(MESSAGES_AT_MOST, Math.max(MESSAGES, Math.ceil(atLeast)));
  const query = new URLSearchParams({ limit: String(limit) });
  if (beforePos !== null) query.set('before_pos', String(beforePos));
  return request(
    'GET',
    `/api/conversations/${encodeURIComponent(conversationId)}/messages?${query.toString()}`,
  );
}

/** The team has read this conversation up to there. */
export async function markRead(conversationId: string, upToPos: number): Promise<void> {
  const body: MarkRead = { up_to_pos: upToPos };
  await request('POST', `/api/conversations/${encodeURIComponent(conversationId)}/read`, { body });
}
