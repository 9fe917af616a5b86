import styles from './UnreadDivider.module.css';

/** From edge to edge above the first message nobody had read when the conversation was opened. */
export function UnreadDivider({ count }: { count: number }) {
  return (
    <div className={styles.divider} role="separator">
      <span>{count === 1 ? '1 unread message' : `${count} unread messages`}</span>
    </div>
  );
}
