import { lengthOf, LONGEST_TEXT } from '../domain/messageLimits';
import type { StorageState } from '../outbox/outboxStorage';
import styles from './MessageComposer.module.css';

/** What the agent should know before Enter; usually nothing. */
export function ComposerRemark({ text, storage }: { text: string; storage: StorageState }) {
  const left = LONGEST_TEXT - lengthOf(text);
  const words = [
    storage === 'full' &&
      'This browser has no room to keep another message. Free some space on this device, then send.',
    storage === 'memory' &&
      'This browser does not keep messages here. Send before you close the page, or what is unsent is lost.',
    left < 0 && `${-left} characters too many for one message. Shorten it or send it in two parts.`,
    left >= 0 && left <= 200 && `${left} characters left`,
  ].find((each) => each !== false);
  return words === undefined ? null : (
    <p className={styles.remark} role="status">
      {words}
    </p>
  );
}
