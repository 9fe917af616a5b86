import { useEffect, useMemo, useState } from 'react';
import type { MessageHistory } from '../cache/messageHistory';
import { useMessageHistory } from '../cache/useMessageHistory';
import { selectTimeline, type Timeline, type TimelineInput } from '../domain/timeline';
import { selectUnsent, type UnsentEntry } from '../domain/unsent';
import type { OutboxEntry } from '../outbox/entry';
import { purgeDrawn } from '../outbox/running';
import { useEntries } from '../outbox/useOutbox';
import type { ConversationRow } from '../protocol/shapes';
import { useFailedRows } from './useFailedRows';

interface OpenTimeline {
  items: Timeline['items'];
  history: MessageHistory;
  unsent: UnsentEntry[];
  /** Decided once, when the conversation was opened (undefined until then); null: everything was read. */
  unread: TimelineInput['unread'] | undefined;
}

/** The thread of a conversation: stored rows and this browser's own, and what waits in the unsent tray. */
export function useTimeline(
  conversationId: string,
  conversation: ConversationRow | null | undefined,
  ownAgentId: string,
): OpenTimeline {
  const history = useMessageHistory(conversationId, 1.5 * (conversation?.unread_count ?? 0));
  const entries = useEntries(conversationId);
  const unread = useUnreadAtOpening(conversation, history);
  const [select] = useState(timelineSelector);
  const timeline = useMemo(() => {
    const { rows, places } = history;
    return select({ rows, places, pending: entries, unread: unread ?? null });
  }, [select, history, entries, unread]);
  useEffect(() => {
    // These rows have been drawn by the render that this effect follows (R15).
    purgeDrawn(entries.filter((entry) => isDrawn(entry, history)));
  }, [entries, history]);
  const unsent = useMemo(() => {
    const returned = entries.filter((entry) => entry.phase === 'returned');
    return selectUnsent(history.rows, returned, ownAgentId);
  }, [history.rows, entries, ownAgentId]);
  useFailedRows(conversationId, conversation?.unsent_count ?? 0, history, unsent);
  return { items: timeline.items, history, unsent, unread };
}

/** Each timeline is made from the one before it, so that unchanged items stay the same objects. */
function timelineSelector(): (input: TimelineInput) => Timeline {
  let before: Timeline | null = null;
  return (input) => (before = selectTimeline(input, before));
}

function isDrawn(entry: OutboxEntry, history: MessageHistory): boolean {
  return entry.phase === 'accepted' && history.places.has(entry.message.client_id);
}

function useUnreadAtOpening(
  conversation: ConversationRow | null | undefined,
  history: MessageHistory,
): TimelineInput['unread'] | undefined {
  const [unread, setUnread] = useState<TimelineInput['unread']>();
  if (unread !== undefined || !conversation || history.from === null) return unread;
  const first = history.rows.find(
    (row) => row.direction === 'inbound' && row.pos > conversation.read_up_to_pos,
  );
  const count = conversation.unread_count;
  const found = first && count > 0 ? { fromPos: first.pos, count } : null;
  setUnread(found);
  return found;
}
