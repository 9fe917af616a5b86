import { sentenceFor } from '../domain/errorSentences';
import type { Reason } from '../outbox/entry';
import { Icon } from '../ui/Icon';
import { IconButton } from '../ui/IconButton';
import styles from './ReturnedNotice.module.css';

/** Above the composer, when the text of a message that could not be sent is back in it: why. Read out once. */
export function ReturnedNotice({ reason, onClose }: ReturnedNoticeProps) {
  return (
    <div className={styles.strip} role="alert">
      <Icon name="returned" size={16} />
      <span className={styles.words}>
        Not sent. {sentenceFor(reason.code, reason.params)} Your text is below.
      </span>
      <IconButton
        icon="close"
        label="Close this notice"
        className={styles.close}
        onClick={onClose}
      />
    </div>
  );
}

interface ReturnedNoticeProps {
  reason: Reason;
  onClose: () => void;
}
