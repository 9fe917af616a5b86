import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { mediaAddress } from '../../api/media';
import { useMessageHistory } from '../../cache/useMessageHistory';
import { mediaOf } from '../../domain/media';
import type { StoredMessage } from '../../domain/message';
import { plainText } from '../../domain/messageText';
import type { PictureWanted } from '../../domain/pictureWanted';
import { fullMoment } from '../../domain/time';
import { AnyIcon } from '../../ui/AnyIcon';
import { IconButton } from '../../ui/IconButton';
import { useEscape } from '../../ui/useEscape';
import styles from './Lightbox.module.css';
import { useZoom } from './useZoom';

/** The photos of a conversation, one at a time and as large as the window: arrows turn, plus and minus zoom, Esc closes. */
export function Lightbox({ wanted, onClose }: LightboxProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { rows } = useMessageHistory(wanted.conversationId, 0);
  const pictures = rows.filter(isPicture);
  const [shownId, setShownId] = useState(wanted.clientId);
  const at = pictures.findIndex((row) => row.client_id === shownId);
  const row = pictures[at];
  const zoom = useZoom();
  useEffect(() => {
    const { opener } = wanted;
    dialog.current?.showModal();
    dialog.current?.focus();
    return () => opener.focus({ preventScroll: true });
  }, [wanted]);
  useEscape(() => dialog.current?.close());
  const turn = (step: number) => {
    const next = pictures[at + step];
    if (!next) return;
    zoom.reset();
    setShownId(next.client_id);
  };
  const keys: Record<string, () => void> = {
    ArrowLeft: () => turn(-1),
    ArrowRight: () => turn(1),
    '+': () => zoom.by(1.5),
    '=': () => zoom.by(1.5),
    '-': () => zoom.by(1 / 1.5),
    '0': zoom.reset,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // The page below has keys of its own.
    event.stopPropagation();
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };
  if (!row) return null;
  return (
    <dialog
      ref={dialog}
      className={styles.box}
      tabIndex={-1}
      aria-label={`Photo ${at + 1} of ${pictures.length}`}
      onKeyDown={onKeyDown}
      onClose={onClose}
    >
      <Head row={row} onClose={() => dialog.current?.close()} />
      <Stage row={row} zoom={zoom} />
      {at > 0 ? <Turn where="earlier" onClick={() => turn(-1)} /> : null}
      {at < pictures.length - 1 ? <Turn where="later" onClick={() => turn(1)} /> : null}
      {row.text_content === '' ? null : (
        <p className={styles.caption} dir="auto">
          {plainText(row.text_content, 1_024)}
        </p>
      )}
    </dialog>
  );
}

interface LightboxProps {
  wanted: PictureWanted;
  onClose: () => void;
}

function isPicture(row: StoredMessage): boolean {
  const isOld = row.status === 'failed';
  return row.message_type === 'image' && !isOld && mediaOf(row)?.state === 'ready';
}

function Head({ row, onClose }: { row: StoredMessage; onClose: () => void }) {
  return (
    <header className={styles.head}>
      <div className={styles.who}>
        <bdi>{row.sender_name}</bdi>
        <time dateTime={row.timestamp}>{fullMoment(row.timestamp)}</time>
      </div>
      <a
        className={styles.download}
        href={mediaAddress(row.client_id, true)}
        download=""
        aria-label="Download the photo"
        title="Download the photo"
      >
        <AnyIcon name="download" />
      </a>
      <IconButton icon="close" label="Close" className={styles.button} onClick={onClose} />
    </header>
  );
}

function Stage({ row, zoom }: { row: StoredMessage; zoom: ReturnType<typeof useZoom> }) {
  const media = mediaOf(row);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- plus and minus do the same
    <div
      className={styles.stage}
      data-zoomed={zoom.scale > 1 || undefined}
      onClick={() => (zoom.scale > 1 ? zoom.reset() : zoom.by(2.5))}
      onWheel={(event) => zoom.by(event.deltaY < 0 ? 1.15 : 1 / 1.15)}
      {...zoom.dragging}
    >
      <img
        key={row.client_id}
        className={styles.picture}
        style={{ transform: zoom.transform }}
        src={mediaAddress(row.client_id)}
        width={media?.width}
        height={media?.height}
        alt={row.text_content === '' ? 'Photo' : plainText(row.text_content)}
        draggable={false}
      />
    </div>
  );
}

function Turn({ where, onClick }: { where: 'earlier' | 'later'; onClick: () => void }) {
  return (
    <IconButton
      icon={where === 'earlier' ? 'back' : 'forward'}
      label={where === 'earlier' ? 'Earlier photo' : 'Later photo'}
      className={`${styles.button ?? ''} ${styles[where] ?? ''}`}
      onClick={onClick}
    />
  );
}
