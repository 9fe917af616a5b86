import { memo } from 'react';
import { Link } from 'wouter';
import { contactName } from '../domain/preview';
import { ringOf, serviceWindowAt } from '../domain/serviceWindow';
import { listTime, timeLeftShort } from '../domain/time';
import type { ConversationRow } from '../protocol/shapes';
import { Avatar } from '../ui/Avatar';
import { cx } from '../ui/cx';
import { Icon } from '../ui/Icon';
import { Pill } from '../ui/Pill';
import styles from './ConversationRowLink.module.css';
import { Highlight } from './Highlight';
import { RowPreview, type PendingPreview } from './RowPreview';

/** One conversation in the list: a link, so that every way of opening a link works. */
export const ConversationRowLink = memo(function ConversationRowLink(props: RowProps) {
  const { row, now, isOpen, isTabStop, unsent, typed, onFocus } = props;
  const name = contactName(row.contact);
  // `now` is when the minute began: never promise more than is left.
  const window = serviceWindowAt(row.service_window_expires_at, now + 59_999);
  const isUnread = row.unread_count > 0;
  return (
    <Link
      href={`/c/${encodeURIComponent(row._id)}`}
      className={cx(styles.row, isOpen && styles.open, isUnread && styles.unread)}
      aria-current={isOpen ? 'page' : undefined}
      tabIndex={isTabStop ? 0 : -1}
      draggable={false}
      onFocus={() => onFocus(row._id)}
      data-conversation-id={row._id}
    >
      <Avatar name={name} seed={row.contact._id} ring={ringOf(window)} />
      <span className={styles.words}>
        <span className={styles.first}>
          <span className={styles.name}>
            <bdi>
              <Highlight text={name} typed={typed} />
            </bdi>
          </span>
          <time className={styles.time} dateTime={row.last_activity_at}>
            {listTime(row.last_activity_at, now)}
          </time>
        </span>
        <span className={styles.second}>
          <RowPreview {...props} last={row.last_message} />
          {unsent === 0 ? null : (
            <span className={styles.unsent}>
              <Icon name="returned" size={14} />
              Unsent
            </span>
          )}
          {window.state === 'low' ? (
            <span className={styles.left} title="Left in the service window">
              {timeLeftShort(window.left)}
            </span>
          ) : null}
          {isUnread ? (
            <Pill
              count={row.unread_count}
              label={row.unread_count === 1 ? 'unread message' : 'unread messages'}
            />
          ) : null}
        </span>
      </span>
    </Link>
  );
});

interface RowProps {
  row: ConversationRow;
  /** By the minute, the same for all rows. */
  now: number;
  isOpen: boolean;
  /** The one row that Tab reaches; arrow keys walk the others. */
  isTabStop: boolean;
  draft: string;
  pending: PendingPreview | null;
  /** Texts in the conversation's unsent tray. */
  unsent: number;
  ownAgentId: string;
  typed: string;
  onFocus: (conversationId: string) => void;
}
