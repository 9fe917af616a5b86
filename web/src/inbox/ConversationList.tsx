import { useCallback, useDeferredValue, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useConversations } from '../cache/conversations';
import { useUnsentCounts } from '../outbox/useOutbox';
import type { ConversationRow, SessionAnswer } from '../protocol/shapes';
import { Button } from '../ui/Button';
import { EmptyState } from '../ui/EmptyState';
import { Icon } from '../ui/Icon';
import { useNow } from '../ui/useNow';
import styles from './ConversationList.module.css';
import { countWords, isFound, type Filter } from './filters';
import { ListEmpty } from './ListEmpty';
import { ListHead } from './ListHead';
import { ListSkeleton } from './ListSkeleton';
import { LiveRow } from './LiveRow';
import { MoreBelow } from './MoreBelow';
import { focusConversation, useListKeys } from './useListKeys';

// A search reads no further back by itself than this many conversations.
const SEARCHED_ROWS = 1_000;

/** All conversations by last activity: filtered, searched, walked by keyboard, loaded as they come into sight. */
export function ConversationList({ session, openId, onBack }: ConversationListProps) {
  const [filter, setFilter] = useState<Filter>('all');
  const [typed, setTyped] = useState('');
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const searched = useDeferredValue(typed);
  const [, navigate] = useLocation();
  const now = useNow(60_000);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLElement>(null);

  const { rows, page, counts, unsentOf } = useRows(filter, openId);
  const shown = rows.filter((row) => isFound(row, searched));
  const ids = shown.map((row) => row._id);
  const tabStop = [focusedId, openId].find((id) => id !== null && ids.includes(id)) ?? ids[0];

  const mayLoadMore = page.hasMore && (searched === '' || rows.length < SEARCHED_ROWS);
  const search = useCallback(() => {
    // On a phone the field is folded away; the list's head unfolds it when it gets the focus.
    field.current?.focus();
    field.current?.select();
  }, []);
  useListKeys({ ids, openId, list, onSearch: search, onBack });

  const leaveSearch = (open = false) => {
    const [first] = ids;
    if (first === undefined) return;
    if (open) navigate(`/c/${encodeURIComponent(first)}`);
    else focusConversation(list.current, first);
  };
  const showAll = () => {
    setFilter('all');
    setTyped('');
  };

  return (
    <div className={styles.pane}>
      <ListHead
        field={field}
        typed={typed}
        onType={setTyped}
        filter={filter}
        onFilter={setFilter}
        counts={counts}
        onLeaveSearch={leaveSearch}
      />
      <nav ref={list} className={styles.list} aria-label="Conversations">
        {shown.length > 0 ? null : page.isError ? (
          <Unloaded onRetry={page.loadMore} />
        ) : page.isLoading || mayLoadMore ? (
          <ListSkeleton />
        ) : (
          <ListEmpty
            filter={filter}
            typed={searched}
            number={
              session.inboxes.length === 1 ? session.inboxes[0]?.display_phone_number : undefined
            }
            onShowAll={showAll}
          />
        )}
        <ul>
          {shown.map((row) => (
            <li key={row._id}>
              <LiveRow
                row={row}
                now={now}
                isOpen={row._id === openId}
                isTabStop={row._id === tabStop}
                unsent={unsentOf(row)}
                ownAgentId={session.agent._id}
                typed={searched}
                onFocus={setFocusedId}
              />
            </li>
          ))}
        </ul>
        {mayLoadMore ? <MoreBelow key={rows.length} onNear={page.loadMore} /> : null}
        {page.hasMore && !mayLoadMore ? (
          <Button className={styles.older} onClick={page.loadMore}>
            Search older conversations
          </Button>
        ) : null}
      </nav>
    </div>
  );
}

interface ConversationListProps {
  session: SessionAnswer;
  openId: string | null;
  /** Leaves the open conversation. */
  onBack: () => void;
}

/** The rows of a filter, and how many there are for each. */
function useRows(filter: Filter, openId: string | null) {
  const all = useConversations('all');
  const page = useConversations(filter);
  const here = useUnsentCounts();
  const unsentOf = (row: ConversationRow) => row.unsent_count + (here.get(row._id) ?? 0);
  const isIn: Record<Filter, (row: ConversationRow) => boolean> = {
    all: () => true,
    unread: (row) => row.unread_count > 0,
    unsent: (row) => unsentOf(row) > 0,
  };
  const unread = all.conversations.filter(isIn.unread).length;
  const unsent = all.conversations.filter(isIn.unsent).length;
  useTitle(unread);
  return {
    // The open conversation must not vanish from under its reader when it has been read.
    rows: all.conversations.filter((row) => isIn[filter](row) || row._id === openId),
    page,
    counts: {
      unread: countWords(unread, all.hasMore),
      unsent: countWords(unsent, all.hasMore),
    },
    unsentOf,
  };
}

function useTitle(unread: number): void {
  useEffect(() => {
    document.title = unread === 0 ? 'Forthwith' : `(${unread}) Forthwith`;
  }, [unread]);
}

function Unloaded({ onRetry }: { onRetry: () => void }) {
  return (
    <EmptyState
      picture={<Icon name="offline" size={40} />}
      title="The list could not be loaded"
      action={<Button onClick={onRetry}>Try again</Button>}
    >
      The server does not answer. Check the connection.
    </EmptyState>
  );
}
