import type { CSSProperties } from 'react';
import { boxOf, type MediaKind, type MessageMedia as Media } from '../domain/media';
import type { TimelineItem } from '../domain/timeline';
import { cx } from '../ui/cx';
import { boxOnce } from './mediaBoxes';
import { useMediaParts } from './mediaParts';
import styles from './MessageMedia.module.css';

/** A message's file in a box of its final size; what is in the box may come later, and nothing moves then. */
export function MessageMedia({ item, media }: { item: TimelineItem; media: Media }) {
  const parts = useMediaParts();
  const kind = item.message.message_type as MediaKind;
  const { width, height } = boxOnce(item.key, boxOf(kind, media));
  const isCard = kind === 'document' || media.state === 'gone';
  const look = isCard ? 'card' : kind;
  return (
    <div
      className={cx(styles.box, styles[look])}
      style={
        look === 'image' || look === 'video'
          ? { aspectRatio: `${width} / ${height}` }
          : { blockSize: height }
      }
      data-media={kind}
    >
      {parts ? <parts.MediaBody item={item} kind={kind} media={media} /> : null}
    </div>
  );
}

/** How wide the bubble of such a file is, words under it included. */
export function bubbleStyle(key: string, kind: MediaKind, media: Media): CSSProperties {
  const { width } = boxOnce(key, boxOf(kind, media));
  const edges = kind === 'audio' ? 22 : 6;
  return { inlineSize: width + edges };
}
