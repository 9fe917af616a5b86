import { mediaAddress } from '../../api/media';
import { sizeWords, type MessageMedia } from '../../domain/media';
import { AnyIcon } from '../../ui/AnyIcon';
import styles from './DocumentBody.module.css';
import type { BodyProps } from './MediaBody';
import { UploadRing } from './UploadRing';
import { useUpload } from './useUpload';

/** A file to keep: its name, what it is and how large, and where to get it. */
export function DocumentBody({ item, media }: BodyProps) {
  const part = useUpload(item);
  const name = media.filename ?? 'Document';
  const about = (
    <>
      <span className={styles.words}>
        <bdi className={styles.name}>{name}</bdi>
        <span className={styles.about}>{aboutWords(media)}</span>
      </span>
    </>
  );
  if (item.pos === null) {
    return (
      <div className={styles.card}>
        {part === null ? <Tile /> : <UploadRing clientId={item.key} part={part} size={40} />}
        {about}
      </div>
    );
  }
  return (
    <a
      className={styles.card}
      href={mediaAddress(item.key, true)}
      download={name}
      aria-label={`Download ${name}, ${aboutWords(media)}`}
    >
      <Tile />
      {about}
      <AnyIcon name="download" />
    </a>
  );
}

function Tile() {
  return (
    <span className={styles.tile}>
      <AnyIcon name="document" />
    </span>
  );
}

/** "PDF · 214 kB". */
export function aboutWords({ filename = '', mime_type: type, size }: MessageMedia): string {
  const [, ending] = /\.(\w{1,5})$/.exec(filename) ?? /\/(\w{1,5})$/.exec(type) ?? [];
  const words = [ending?.toUpperCase(), size > 0 ? sizeWords(size) : undefined];
  return words.filter((word) => word !== undefined).join(' · ');
}
