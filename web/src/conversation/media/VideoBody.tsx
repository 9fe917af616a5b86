import { useEffect } from 'react';
import { mediaAddress } from '../../api/media';
import { releaseUrl, useLocalUrl } from '../../outbox/localUrls';
import type { BodyProps } from './MediaBody';
import { playsAlone } from './playsAlone';
import styles from './PictureBody.module.css';
import { UploadRing } from './UploadRing';
import { useUpload } from './useUpload';

/** A film with the browser's own controls; its first frame is its poster. */
export function VideoBody({ item }: BodyProps) {
  const { key, pos, message } = item;
  const local = useLocalUrl(key);
  const part = useUpload(item);
  useEffect(() => () => void (pos !== null && releaseUrl(key)), [key, pos]);
  // Our own goes on playing from this browser's bytes: another source would begin anew.
  const source = local ?? (pos === null ? undefined : mediaAddress(key));
  return (
    <div className={styles.stage}>
      {source === undefined ? null : (
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- a contact's film comes without a track
        <video
          className={styles.picture}
          src={`${source}#t=0.001`}
          controls={part === null}
          preload="metadata"
          playsInline
          aria-label={message.text_content === '' ? 'Video' : `Video: ${message.text_content}`}
          onPlay={({ currentTarget }) => playsAlone(currentTarget)}
        />
      )}
      {part === null ? null : (
        <div className={styles.middle}>
          <UploadRing clientId={key} part={part} />
        </div>
      )}
    </div>
  );
}
