import { contactName } from '../domain/preview';
import { ringOf, windowWords } from '../domain/serviceWindow';
import type { ConversationRow } from '../protocol/shapes';
import { Avatar } from '../ui/Avatar';
import { cx } from '../ui/cx';
import { Icon } from '../ui/Icon';
import { IconButton } from '../ui/IconButton';
import styles from './ConversationHeader.module.css';
import { useServiceWindow } from './useServiceWindow';

/** Who the conversation is with, and how long free text may still be sent. */
export function ConversationHeader(props: ConversationHeaderProps) {
  const { conversation, onBack, onTogglePanel, panelOpen } = props;
  const window = useServiceWindow(conversation?.service_window_expires_at ?? null);
  const words = windowWords(window);
  const name = conversation === undefined ? '' : contactName(conversation.contact);
  return (
    <header className={styles.header}>
      <IconButton icon="back" label="Back to the list" className={styles.back} onClick={onBack} />
      {conversation === undefined ? null : (
        <>
          <Avatar name={name} seed={conversation.contact._id} size="head" ring={ringOf(window)} />
          <div className={styles.who}>
            <h2 className={styles.name}>
              <bdi>{name}</bdi>
            </h2>
            <p className={cx(styles.window, window.state === 'low' && styles.low)}>
              {window.state === 'low' ? <Icon name="clock" size={16} /> : null}
              {window.state === 'closed' ? <Icon name="lock" size={16} /> : null}
              <span className={styles.words}>{words}</span>
              <span className={styles.fewerWords}>{words.replace('Service window', 'Window')}</span>
            </p>
          </div>
          <IconButton
            icon="panel"
            label="Contact"
            on={panelOpen}
            aria-expanded={panelOpen}
            onClick={onTogglePanel}
          />
        </>
      )}
    </header>
  );
}

interface ConversationHeaderProps {
  /** Undefined while it is on its way: the bar keeps its place. */
  conversation: ConversationRow | undefined;
  onBack: () => void;
  onTogglePanel: () => void;
  panelOpen: boolean;
}
