import { memo, useState } from 'react';
import { mediaOf, type MediaKind } from '../domain/media';
import { isStored, type Message } from '../domain/message';
import { isOnlyEmoji } from '../domain/messageText';
import { isOnlyName } from '../domain/preview';
import { hasTwelveHourClock } from '../domain/time';
import type { TimelineItem } from '../domain/timeline';
import { agentTone } from '../ui/AgentDisc';
import { cx } from '../ui/cx';
import { DayChip } from './DayChip';
import styles from './MessageBubble.module.css';
import { BothTimes, MessageMeta, spokenMessage } from './MessageMeta';
import { bubbleStyle, MessageMedia } from './MessageMedia';
import { MessageText } from './MessageText';
import { PartsAbove, PartsBelow } from './Parts';
import { SystemLine } from './SystemLine';
import { UnconfirmedActions, type UnconfirmedActionsProps } from './UnconfirmedActions';
import { UnreadDivider } from './UnreadDivider';

/**
 * One row of the thread: what stands above the message, its bubble, and the sentence under it. The row is a
 * static box; only the bubble inside it moves when it comes in. The bubble has the same box from the first
 * frame to the last tick, because the slots for time and glyph are always there (R20).
 */
export const MessageBubble = memo(function MessageBubble(props: MessageBubbleProps) {
  const { item, ownAgentId, timeZone, arrives = false, isTabStop = false } = props;
  const { message } = item;
  const [entrance] = useState(() => entranceOf(message, arrives));
  const outbound = message.direction === 'outbound';
  return (
    <div
      id={item.key}
      className={cx(
        styles.row,
        item.firstOfRun && styles.first,
        outbound && styles.outbound,
        isStored(message) && message.reactions.length > 0 && styles.reacted,
      )}
      role="group"
      aria-label={spokenMessage(item, message.sender_id === ownAgentId, timeZone)}
      data-client-id={item.key}
      data-status={item.status === 'waiting' || item.status === 'asking' ? 'sending' : item.status}
      data-direction={message.direction}
      data-pos={item.pos ?? ''}
    >
      {item.dayBefore === null ? null : <DayChip date={item.dayBefore} />}
      {item.unreadBefore === null ? null : <UnreadDivider count={item.unreadBefore} />}
      {message.sender_role === 'system' ? (
        <SystemLine message={message} timeZone={timeZone} />
      ) : (
        <Bubble
          item={item}
          own={message.sender_id === ownAgentId}
          isTabStop={isTabStop}
          timeZone={timeZone}
          entrance={entrance}
        />
      )}
      <UnconfirmedActions {...props} />
    </div>
  );
});

interface MessageBubbleProps extends UnconfirmedActionsProps {
  item: TimelineItem;
  ownAgentId: string;
  timeZone?: string | undefined;
  /** Came in while the reader looked at the end of the thread: it fades in. Looked at when first drawn. */
  arrives?: boolean;
  /** The newest own message: Tab leads to its flight recorder. */
  isTabStop?: boolean;
}

type Entrance = 'rises' | 'arrives' | null;

const FRESH_MS = 1_000;

/** An own message rises when it is drawn right after Enter, but not when the reader scrolls back to it. */
function entranceOf(message: Message, arrives: boolean): Entrance {
  if (arrives) return 'arrives';
  const age = Date.now() - Date.parse(message.timestamp);
  return !isStored(message) && age < FRESH_MS ? 'rises' : null;
}

function Bubble({ item, own, isTabStop, timeZone, entrance }: BubbleProps) {
  const { message } = item;
  const outbound = message.direction === 'outbound';
  const isText = message.message_type === 'text';
  const media = mediaOf(message);
  const isSticker = message.message_type === 'sticker' && media?.state !== 'gone';
  const words = isOnlyName(message) ? '' : message.text_content;
  const large = isText && message.reply_to === null && isOnlyEmoji(words);
  const wide = hasTwelveHourClock({ timeZone });
  const spacer = item.clockSkew ? null : <i className={styles.spacer} aria-hidden="true" />;
  return (
    <div
      className={cx(
        styles.bubble,
        (large || isSticker) && styles.bare,
        wide && styles.wideClock,
        entrance !== null && styles[entrance],
      )}
      style={media ? bubbleStyle(item.key, message.message_type as MediaKind, media) : undefined}
      data-bubble=""
    >
      {/* The direction follows the words; the name has its own so that it does not decide. */}
      <div dir="auto">
        {outbound && !own && item.firstOfRun ? (
          <span
            className={cx(styles.author, styles[agentTone(message.sender_id, false)])}
            dir="auto"
          >
            {message.sender_name}
          </span>
        ) : null}
        {media ? <MessageMedia item={item} media={media} /> : null}
        <PartsAbove message={message} isDrawn={isText || media !== null} />
        {words !== '' ? (
          <MessageText text={words} timingId={item.key} large={large} spacer={spacer} />
        ) : (
          <div className={isSticker ? undefined : styles.metaLine} />
        )}
        {item.clockSkew ? (
          <BothTimes message={message} timeZone={timeZone} />
        ) : (
          <MessageMeta
            item={item}
            own={own}
            isTabStop={isTabStop}
            timeZone={timeZone}
            className={styles.meta}
          />
        )}
        <PartsBelow message={message} />
      </div>
    </div>
  );
}

interface BubbleProps {
  item: TimelineItem;
  own: boolean;
  isTabStop: boolean;
  timeZone: string | undefined;
  entrance: Entrance;
}
