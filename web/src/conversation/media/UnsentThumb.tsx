import { mediaAddress } from '../../api/media';
import { mediaWord, type MediaKind, type MessageMedia } from '../../domain/media';
import { useLocalUrl } from '../../outbox/localUrls';
import { Icon } from '../../ui/Icon';
import styles from './UnsentThumb.module.css';

/** The file of a message in the tray, small. `isStored`: the server has it. */
export function UnsentThumb({ clientId, kind, media, isStored }: UnsentThumbProps) {
  const local = useLocalUrl(clientId);
  const source = local ?? (isStored ? mediaAddress(clientId) : undefined);
  const isPicture = (kind === 'image' || kind === 'sticker') && source !== undefined;
  return isPicture ? (
    <img className={styles.thumb} src={source} alt={mediaWord(kind, media)} />
  ) : (
    <span className={styles.thumb}>
      <Icon name={kind === 'audio' ? 'voice' : kind} />
    </span>
  );
}

interface UnsentThumbProps {
  clientId: string;
  kind: MediaKind;
  media: MessageMedia;
  isStored: boolean;
}
