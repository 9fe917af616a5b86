import { LONGEST_CAPTION } from '../domain/media';
import { lengthOf, LONGEST_TEXT } from '../domain/messageLimits';
import { useChosen } from '../outbox/chosen';
import { useStorageState } from '../outbox/useOutbox';
import styles from './MessageComposer.module.css';

/** What the agent should know before Enter; usually nothing. */
export function ComposerRemark({ conversationId, text }: ComposerRemarkProps) {
  const storage = useStorageState();
  const isCaption = useChosen(conversationId).some((file) => file.refused === null);
  const left = (isCaption ? LONGEST_CAPTION : LONGEST_TEXT) - lengthOf(text);
  const words = [
    storage === 'full' &&
      'This browser has no room to keep another message. Free some space on this device, then send.',
    storage === 'memory' &&
      'This browser does not keep messages here. Send before you close the page, or what is unsent is lost.',
    left < 0 &&
      isCaption &&
      `${-left} characters too many under a file. Shorten it, or send the rest as a message of its own.`,
    left < 0 && `${-left} characters too many for one message. Shorten it or send it in two parts.`,
    left >= 0 && left <= 200 && `${left} characters left`,
  ].find((each) => each !== false);
  return words === undefined ? null : (
    <p className={styles.remark} role="status">
      {words}
    </p>
  );
}

interface ComposerRemarkProps {
  conversationId: string;
  text: string;
}
