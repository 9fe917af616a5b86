import type { Message } from '../domain/message';
import { previewOf, UNKNOWN_KIND_WORDS, type PreviewKind } from '../domain/preview';
import { Icon, type IconName } from '../ui/Icon';
import styles from './OtherKind.module.css';

const ICONS: Record<PreviewKind, IconName> = {
  text: 'question',
  image: 'image',
  video: 'play',
  voice: 'voice',
  document: 'document',
  place: 'place',
  contact: 'person',
  template: 'template',
  sticker: 'reaction',
  unknown: 'question',
};

/** Which drawing stands for a kind of message. */
export function kindIcon(kind: PreviewKind): IconName {
  return ICONS[kind];
}

/** In place of what the thread cannot draw yet: nothing that came is passed over in silence. */
export function OtherKind({ message }: { message: Message }) {
  const { kind, text } = previewOf({ message_type: message.message_type, text_content: '' });
  return (
    <div className={styles.card}>
      <Icon name={kindIcon(kind)} size={16} />
      <span>{kind === 'unknown' ? UNKNOWN_KIND_WORDS : `${text}, not shown here yet.`}</span>
    </div>
  );
}
