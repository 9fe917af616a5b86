import { memo } from 'react';
import { previewOf } from '../domain/preview';
import type { OutboxEntry } from '../outbox/entry';
import { useDraftText } from '../outbox/drafts';
import { useEntries } from '../outbox/useOutbox';
import type { ConversationRow } from '../protocol/shapes';
import { ConversationRowLink } from './ConversationRowLink';
import type { PendingPreview } from './RowPreview';

/** A row with what only this browser knows of its conversation: the draft, and what is on its way. */
export const LiveRow = memo(function LiveRow({ row, isOpen, ...rest }: LiveRowProps) {
  const draft = useDraftText(row._id);
  const entries = useEntries(row._id);
  return (
    <ConversationRowLink
      {...rest}
      row={row}
      isOpen={isOpen}
      draft={isOpen ? '' : draft}
      pending={pendingOf(entries)}
    />
  );
});

interface LiveRowProps {
  row: ConversationRow;
  now: number;
  isOpen: boolean;
  isTabStop: boolean;
  unsent: number;
  ownAgentId: string;
  typed: string;
  onFocus: (conversationId: string) => void;
}

/** The newest message that is not stored yet. */
function pendingOf(entries: readonly OutboxEntry[]): PendingPreview | null {
  const entry = entries.findLast(({ phase }) => phase !== 'accepted' && phase !== 'returned');
  if (entry === undefined) return null;
  const { phase } = entry;
  const status = phase === 'waiting' || phase === 'asking' ? phase : 'sending';
  return { ...previewOf(entry.message), status };
}
