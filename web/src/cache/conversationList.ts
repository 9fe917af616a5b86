import type { ConversationFilter } from '../api/conversations';
import type { StoredMessage } from '../domain/message';
import type { ConversationPage, ConversationRow } from '../protocol/shapes';

/** All conversations this browser knows. Every filter's pages fill the one store; a row is never held twice. */
export interface ConversationList {
  rows: ReadonlyMap<string, ConversationRow>;
  pages: Record<ConversationFilter, PageState>;
}

/** How far a filter's pages have been loaded; `troubled`: asked for, without an answer so far. */
export interface PageState {
  cursor: string | null;
  phase: 'untouched' | 'loading' | 'troubled' | 'partial' | 'complete' | 'failed';
}

const UNTOUCHED: PageState = { cursor: null, phase: 'untouched' };

export const EMPTY_LIST: ConversationList = {
  rows: new Map(),
  pages: { all: UNTOUCHED, unread: UNTOUCHED, unsent: UNTOUCHED },
};

/** The list with this row, if it is new or newer in any part; else the same object. */
export function mergeConversation(list: ConversationList, row: ConversationRow): ConversationList {
  const known = list.rows.get(row._id);
  const merged = known ? newerOf(known, row) : row;
  if (merged === known) return list;
  return { ...list, rows: new Map(list.rows).set(row._id, merged) };
}

/** A message may be newer than its conversation's row: its own rise counts as activity, a status does not. */
export function mergeLastMessage(list: ConversationList, message: StoredMessage): ConversationList {
  const known = list.rows.get(message.conversation_id);
  if (!known || !isNewer(message, known.last_message)) return list;
  const isLater = message.pos > known.last_pos;
  return mergeConversation(list, {
    ...known,
    last_message: message,
    last_pos: Math.max(known.last_pos, message.pos),
    last_activity_at: isLater ? message.created_at : known.last_activity_at,
  });
}

/** Read up to there by somebody of the team; the count follows with the conversation's own row. */
export function mergeRead(
  list: ConversationList,
  conversationId: string,
  upToPos: number,
): ConversationList {
  const known = list.rows.get(conversationId);
  if (!known || upToPos <= known.read_up_to_pos) return list;
  const unread = upToPos >= known.last_pos ? 0 : known.unread_count;
  const rows = new Map(list.rows);
  rows.set(conversationId, { ...known, read_up_to_pos: upToPos, unread_count: unread });
  return { ...list, rows };
}

export function mergeListPage(
  list: ConversationList,
  filter: ConversationFilter,
  page: ConversationPage,
): ConversationList {
  const merged = page.conversations.reduce(mergeConversation, list);
  const state: PageState = {
    cursor: page.next_cursor,
    phase: page.next_cursor === null ? 'complete' : 'partial',
  };
  return { ...merged, pages: { ...merged.pages, [filter]: state } };
}

/** After `reset`: `pages` instead of what was known `before` they were asked for; what has come since is kept. */
export function replaceListWithPages(
  list: ConversationList,
  before: ConversationList,
  pages: readonly ConversationPage[],
): ConversationList {
  const since = [...list.rows].filter(([id, row]) => before.rows.get(id) !== row);
  const start: ConversationList = { ...EMPTY_LIST, rows: new Map(since) };
  return pages.reduce((merged, page) => mergeListPage(merged, 'all', page), start);
}

/** By last activity, newest first, as the server sorts it. */
export function conversationsOf(
  list: ConversationList,
  filter: ConversationFilter,
): ConversationRow[] {
  return [...list.rows.values()]
    .filter((row) => {
      if (filter === 'unread') return row.unread_count > 0;
      return filter === 'all' || row.unsent_count > 0;
    })
    .toSorted(byActivity);
}

function byActivity(one: ConversationRow, other: ConversationRow): number {
  return compare(other.last_activity_at, one.last_activity_at) || compare(other._id, one._id);
}

const compare = (one: string, other: string) => (one < other ? -1 : Number(one > other));

function newerOf(known: ConversationRow, row: ConversationRow): ConversationRow {
  const newer = row.rev > known.rev ? row : known;
  // A failed message has left the thread; the row that counts it as unsent knows which one is last now.
  const isGone = newer === row && known.last_message?.status === 'failed';
  const lastMessage =
    isGone || isNewer(row.last_message, known.last_message) ? row.last_message : known.last_message;
  const lastPos = Math.max(known.last_pos, row.last_pos);
  const lastActivity = [known, row].toSorted(byActivity)[0]?.last_activity_at;
  if (newer === known && lastMessage === known.last_message && lastPos === known.last_pos) {
    return known;
  }
  return {
    ...newer,
    last_message: lastMessage,
    last_pos: lastPos,
    last_activity_at: lastActivity ?? newer.last_activity_at,
  };
}

function isNewer(one: StoredMessage | null, other: StoredMessage | null): boolean {
  if (one === null || other === null) return one !== null;
  return one.pos > other.pos || (one.pos === other.pos && one.rev > other.rev);
}
