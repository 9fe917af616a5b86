import { isStored, type Message } from '../domain/message';
import { timePassed } from '../domain/time';
import type { TimelineItem } from '../domain/timeline';
import { Button } from '../ui/Button';
import { cx } from '../ui/cx';
import { Icon } from '../ui/Icon';
import { useNow } from '../ui/useNow';
import styles from './UnconfirmedActions.module.css';

/** Under a bubble, in words: what is in doubt about it, and what the agent can do. Usually nothing. */
export function UnconfirmedActions(props: UnconfirmedActionsProps & { item: TimelineItem }) {
  const { item, onSendAgain, onLeave, onConsent, onTakeBack } = props;
  const { message } = item;
  switch (item.status) {
    case 'waiting':
      return <p className={styles.line}>Waiting for network</p>;
    case 'asking':
      return (
        <div className={styles.line}>
          <StillRight message={message} />
          <span className={styles.actions}>
            <Button small onClick={() => onConsent(item.key)}>
              Send
            </Button>
            <Button small look="text" onClick={() => onTakeBack(item.key)}>
              Back to composer
            </Button>
          </span>
        </div>
      );
    case 'unconfirmed':
      return (
        <div className={cx(styles.line, styles.doubt)}>
          <span>WhatsApp did not answer; it may have arrived</span>
          <span className={styles.actions}>
            <Button small onClick={() => onSendAgain(item.key)}>
              Send again
            </Button>
            <Button small look="text" onClick={() => onLeave(item.key)}>
              Leave it
            </Button>
          </span>
        </div>
      );
    default:
      return isStored(message) && message.crossed ? <Crossed /> : null;
  }
}

export interface UnconfirmedActionsProps {
  /** Hands an unconfirmed message to WhatsApp once more. */
  onSendAgain: (clientId: string) => void;
  /** Settles an unconfirmed message as it is. */
  onLeave: (clientId: string) => void;
  /** Sends a message that has waited too long to go unasked. */
  onConsent: (clientId: string) => void;
  /** Takes such a message back into the composer. */
  onTakeBack: (clientId: string) => void;
}

const STALE_MS = 10 * 60_000;

/** It asks because it is old, or because the service window has closed since (R17). */
function StillRight({ message }: { message: Message }) {
  const age = useNow(60_000) - Date.parse(message.timestamp);
  if (age < STALE_MS) return <span>The service window has closed since. Send it anyway?</span>;
  return <span>Written {timePassed(age)} ago. Still right?</span>;
}

function Crossed() {
  return (
    <p className={styles.line}>
      <Icon name="crossed" size={16} />A colleague answered just before you
    </p>
  );
}
