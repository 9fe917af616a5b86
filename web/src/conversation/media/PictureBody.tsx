import { useEffect, useRef, useState } from 'react';
import { mediaAddress } from '../../api/media';
import { mediaWord } from '../../domain/media';
import { pictureWanted } from '../../domain/pictureWanted';
import { releaseUrl, useLocalUrl } from '../../outbox/localUrls';
import type { BodyProps } from './MediaBody';
import styles from './PictureBody.module.css';
import { UploadRing } from './UploadRing';
import { useUpload } from './useUpload';

/**
 * A photo or a sticker. Our own is drawn from this browser's bytes until the server's copy, which lies over them,
 * is decoded: there is no frame without a picture.
 */
export function PictureBody({ item, kind, media }: BodyProps) {
  const { message, pos } = item;
  const local = useLocalUrl(item.key);
  const part = useUpload(item);
  const caption = message.text_content;
  const alt = caption === '' ? mediaWord(kind, media) : `${mediaWord(kind, media)}: ${caption}`;
  const own = local && (
    <img
      className={styles.picture}
      src={local}
      alt={alt}
      decoding="sync"
      elementtiming={item.key}
    />
  );
  const stored = pos === null ? null : <StoredPicture clientId={item.key} alt={local ? '' : alt} />;
  if (kind === 'sticker' || pos === null) {
    return (
      <div className={kind === 'sticker' ? styles.sticker : styles.stage}>
        {own}
        {stored}
        {part === null ? null : (
          <div className={styles.middle}>
            <UploadRing clientId={item.key} part={part} />
          </div>
        )}
      </div>
    );
  }
  return (
    <div className={styles.stage}>
      {own}
      {stored}
      <button
        type="button"
        className={styles.open}
        aria-label={`Open the photo${caption === '' ? '' : `: ${caption}`}`}
        data-picture={item.key}
        onClick={({ currentTarget }) =>
          pictureWanted.emit({
            clientId: item.key,
            conversationId: message.conversation_id,
            opener: currentTarget,
          })
        }
      />
    </div>
  );
}

/** The server's copy: not seen before it is whole. */
function StoredPicture({ clientId, alt }: { clientId: string; alt: string }) {
  const image = useRef<HTMLImageElement>(null);
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading');
  useEffect(() => {
    if (state !== 'ready') return;
    // After the frame that shows it.
    const frame = requestAnimationFrame(() => requestAnimationFrame(() => releaseUrl(clientId)));
    return () => cancelAnimationFrame(frame);
  }, [clientId, state]);
  if (state === 'failed') return null;
  const decode = () =>
    image.current?.decode().then(
      () => setState('ready'),
      () => setState('failed'),
    );
  return (
    <img
      ref={image}
      className={styles.picture}
      data-is={state}
      src={mediaAddress(clientId)}
      alt={alt}
      draggable={false}
      onLoad={() => void decode()}
      onError={() => setState('failed')}
    />
  );
}
