import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import { loadNewest, loadOlder } from '../cache/loadPages';
import type { TimelineItem } from '../domain/timeline';
import { consent, leaveIt, sendAgain, takeBack } from '../outbox/settleMessage';
import { Button } from '../ui/Button';
import { useAfter } from '../ui/useAfter';
import { LeavingMessages } from './LeavingMessages';
import { MessageBubble } from './MessageBubble';
import { MessageSkeleton } from './MessageSkeleton';
import { preloadParts } from './Parts';
import type { Target, View } from './reverseWindow';
import { ScrollToBottomButton } from './ScrollToBottomButton';
import { scrollPlaceOf } from './scrollPlaces';
import styles from './Thread.module.css';
import { ThreadRows } from './threadRows';
import { useReadPosition } from './useReadPosition';
import { useThreadRows } from './useThreadRows';
import type { useTimeline } from './useTimeline';
import { VirtualizedMessageList, type MessageListHandle } from './VirtualizedMessageList';

export interface ThreadHandle {
  goToEnd: () => void;
  /** Greatest `pos` that has been on this screen; null before any (R21). */
  seenPos: () => number | null;
}

interface ThreadProps {
  ref: Ref<ThreadHandle>;
  conversationId: string;
  timeline: ReturnType<typeof useTimeline>;
  readUpToPos: number | undefined;
  ownAgentId: string;
}

const FIRST_UNREAD_TOP = 96;
const SKELETON_AFTER_MS = 300;

/** The messages of a conversation, and the reader's place among them. */
export function Thread({ ref, conversationId, timeline, readUpToPos, ownAgentId }: ThreadProps) {
  const client = useQueryClient();
  const list = useRef<MessageListHandle>(null);
  const { items, history, unread } = timeline;
  const { isAtEnd, seenPos, onView } = useView(conversationId, items);
  useEffect(preloadParts, []);
  const rows = useThreadRows(conversationId, history.from, list);
  const isLoading = history.from === null;
  const isSlow = useAfter(isLoading, SKELETON_AFTER_MS);
  useReadPosition(conversationId, lastInbound(items, seenPos), readUpToPos);
  useImperativeHandle(
    ref,
    () => ({
      goToEnd: () => list.current?.goTo({ kind: 'end' }),
      seenPos: () => (seenPos === 0 ? null : seenPos),
    }),
    [seenPos],
  );
  const view = useCallback(
    (next: View) => {
      onView(next);
      if (next.isNearStart) void loadOlder(client, conversationId);
    },
    [client, conversationId, onView],
  );
  const newestOwn = items.findLast(({ message }) => message.direction === 'outbound')?.key;
  const renderItem = useCallback(
    (item: TimelineItem) => (
      <MessageBubble
        item={item}
        ownAgentId={ownAgentId}
        arrives={isAtEnd && isFresh(item, seenPos)}
        isTabStop={item.key === newestOwn}
        onSendAgain={sendAgain}
        onLeave={leaveIt}
        onConsent={consent}
        onTakeBack={takeBack}
      />
    ),
    [ownAgentId, isAtEnd, seenPos, newestOwn],
  );
  // Until it is known what is unread, only a message of this browser's own is worth drawing.
  const isReady = (!isLoading && unread !== undefined) || items.length > 0;
  return (
    <div className={styles.thread}>
      {isReady ? (
        <ThreadRows value={rows}>
          <LeavingMessages items={items}>
            <VirtualizedMessageList
              handle={list}
              items={items}
              renderItem={renderItem}
              head={history.from === 0 ? null : <div className={styles.older} aria-hidden="true" />}
              heights={scrollPlaceOf(conversationId).heights}
              opening={openingOf(conversationId, items)}
              onView={view}
            />
          </LeavingMessages>
        </ThreadRows>
      ) : (
        <div className={styles.empty}>{isSlow && isLoading ? <MessageSkeleton /> : null}</div>
      )}
      {history.hasFailed ? (
        <p className={styles.fault} role="status">
          The messages could not be loaded.{' '}
          <Button look="text" small onClick={() => void loadNewest(client, conversationId, 0)}>
            Try again
          </Button>
        </p>
      ) : null}
      {isReady && !isAtEnd ? (
        <ScrollToBottomButton
          count={newBelow(items, seenPos)}
          onClick={() => list.current?.goTo({ kind: 'end' })}
        />
      ) : null}
    </div>
  );
}

/** What the reader has seen so far, and whether they are at the end; the place is kept for their return. */
function useView(conversationId: string, items: readonly TimelineItem[]) {
  const [isAtEnd, setAtEnd] = useState(true);
  const [seenPos, setSeenPos] = useState(0);
  const shown = useRef(items);
  useEffect(() => {
    shown.current = items;
  }, [items]);
  const onView = useCallback(
    ({ isAtEnd: now, lastSeen, place }: View) => {
      setAtEnd(now);
      const pos = shown.current.findLast((item) => item.key === lastSeen)?.pos ?? 0;
      setSeenPos((before) => Math.max(before, pos));
      scrollPlaceOf(conversationId).place = place;
    },
    [conversationId],
  );
  return { isAtEnd, seenPos, onView };
}

/** At the first unread message, else where the conversation was left, else at the end. */
function openingOf(conversationId: string, items: readonly TimelineItem[]): Target {
  const firstUnread = items.find((item) => item.unreadBefore !== null);
  if (firstUnread) return { kind: 'row', key: firstUnread.key, top: FIRST_UNREAD_TOP };
  return scrollPlaceOf(conversationId).place;
}

/** The newest message of the contact that has been in sight; 0: none. */
function lastInbound(items: readonly TimelineItem[], seenPos: number): number {
  const last = items.findLast(
    ({ pos, message }) => pos !== null && pos <= seenPos && message.direction === 'inbound',
  );
  return last?.pos ?? 0;
}

function isFresh(item: TimelineItem, seenPos: number): boolean {
  return item.message.direction === 'inbound' && seenPos > 0 && (item.pos ?? 0) > seenPos;
}

function newBelow(items: readonly TimelineItem[], seenPos: number): number {
  const lastSeen = items.findLastIndex((item) => item.pos !== null && item.pos <= seenPos);
  return items.slice(lastSeen + 1).filter((item) => item.message.direction === 'inbound').length;
}
