import type { Message } from '../domain/message';
import { previewOf, UNKNOWN_KIND_WORDS } from '../domain/preview';
import { Icon } from '../ui/Icon';
import styles from './OtherKind.module.css';

/** In place of what the thread cannot draw yet: nothing that came is passed over in silence. */
export function OtherKind({ message }: { message: Message }) {
  const { kind, text } = previewOf({ message_type: message.message_type, text_content: '' });
  return (
    <div className={styles.card}>
      {kind === 'text' ? null : <Icon name={kind} size={16} />}
      <span>{kind === 'unknown' ? UNKNOWN_KIND_WORDS : `${text}, not shown here yet.`}</span>
    </div>
  );
}
