import { isStored, type Message } from '../domain/message';
import { previewOf } from '../domain/preview';
import { fullMoment, timeOfDay } from '../domain/time';
import type { TimelineItem } from '../domain/timeline';
import { spokenStatus } from '../ui/StatusGlyph';
import styles from './MessageMeta.module.css';
import { MessageStatus } from './MessageStatus';
import { TraceButton } from './TraceButton';

/**
 * Time and glyph of a message. The time's slot has a fixed width and stays empty until the message is
 * stored: that the time appears is the sign that no crash can lose the message any more (G2).
 */
export function MessageMeta({ item, own, isTabStop, timeZone, className }: MessageMetaProps) {
  const { message } = item;
  const time = <Moment iso={isStored(message) ? message.timestamp : null} timeZone={timeZone} />;
  const look = `${styles.meta ?? ''} ${className ?? ''}`;
  if (message.direction !== 'outbound') return <span className={look}>{time}</span>;
  return (
    <TraceButton
      message={message}
      own={own}
      label={`${spokenStatus(item.status)}: what has happened to this message`}
      isTabStop={isTabStop}
      className={look}
    >
      {time}
      <MessageStatus status={item.status} />
    </TraceButton>
  );
}

interface MessageMetaProps {
  item: TimelineItem;
  own: boolean;
  /** The one whose flight recorder Tab leads to. */
  isTabStop: boolean;
  timeZone: string | undefined;
  className: string | undefined;
}

function Moment({ iso, timeZone }: { iso: string | null; timeZone: string | undefined }) {
  if (iso === null) return <time className={styles.time} />;
  return (
    <time className={styles.time} dateTime={iso} title={fullMoment(iso, { timeZone })} dir="auto">
      {timeOfDay(iso, { timeZone })}
    </time>
  );
}

/** WhatsApp says that it was written well before its predecessor: when it was written, and when it came (R3). */
export function BothTimes({
  message,
  timeZone,
}: {
  message: Message;
  timeZone: string | undefined;
}) {
  return (
    <span className={styles.both}>
      written <Moment iso={message.timestamp} timeZone={timeZone} />, came{' '}
      <Moment iso={message.created_at} timeZone={timeZone} />
    </span>
  );
}

/** Who, when and in what state, for the row's accessible name; the words themselves follow in the row. */
export function spokenMessage(
  item: TimelineItem,
  own: boolean,
  timeZone: string | undefined,
): string {
  const { message } = item;
  const who = own ? 'You' : message.sender_name || 'Unknown';
  const when = isStored(message) ? timeOfDay(message.timestamp, { timeZone }) : '';
  const what = message.message_type === 'text' ? '' : previewOf(message).text;
  return [who, what, when, spokenStatus(item.status)].filter((part) => part !== '').join(', ');
}
