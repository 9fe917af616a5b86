import { useEffect } from 'react';
import { boxOf, mediaWord, type MediaKind, type MessageMedia } from '../../domain/media';
import type { TimelineItem } from '../../domain/timeline';
import { Icon } from '../../ui/Icon';
import { keepBox } from '../mediaBoxes';
import { AudioBody } from './AudioBody';
import { DocumentBody } from './DocumentBody';
import styles from './MediaBody.module.css';
import { PictureBody } from './PictureBody';
import { VideoBody } from './VideoBody';

export interface BodyProps {
  item: TimelineItem;
  kind: MediaKind;
  media: MessageMedia;
}

/** What is in the box of a message's file. */
export function MediaBody(props: BodyProps) {
  const { item, kind, media } = props;
  const isMeasured = media.state !== 'gone' && (kind !== 'image' || media.width !== undefined);
  useEffect(() => {
    if (isMeasured) keepBox(item.key, boxOf(kind, media));
  }, [isMeasured, item.key, kind, media]);
  if (media.state === 'gone') return <Gone {...props} />;
  if (media.state === 'fetching') return <Fetching {...props} />;
  switch (kind) {
    case 'image':
    case 'sticker':
      return <PictureBody {...props} />;
    case 'video':
      return <VideoBody {...props} />;
    case 'audio':
      return <AudioBody {...props} />;
    case 'document':
      return <DocumentBody {...props} />;
  }
}

function Fetching({ kind, media }: BodyProps) {
  return (
    <div className={styles.fetching}>
      <Icon name={kind === 'audio' ? 'voice' : kind} />
      <span>{mediaWord(kind, media)} on its way from WhatsApp</span>
    </div>
  );
}

function Gone({ item, kind, media }: BodyProps) {
  const what = mediaWord(kind, media).toLowerCase();
  return (
    <div className={styles.gone}>
      <Icon name="unknown" />
      <span>{goneWords(what, item.message.direction === 'inbound', media.reason)}</span>
    </div>
  );
}

function goneWords(what: string, isInbound: boolean, reason: MessageMedia['reason']): string {
  if (!isInbound) return `This ${what} is no longer kept here.`;
  if (reason === 'too_large') return `This ${what} is too large to be kept here.`;
  if (reason === 'damaged') {
    return `This ${what} came damaged. Ask the contact to send it again.`;
  }
  return `This ${what} is no longer at WhatsApp. Ask the contact to send it again.`;
}
