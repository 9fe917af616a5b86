import { plainText } from '../domain/messageText';
import type { ShownStatus } from '../domain/message';
import { previewOf, type Preview } from '../domain/preview';
import type { MessageRow } from '../protocol/shapes';
import { Icon } from '../ui/Icon';
import { StatusGlyph } from '../ui/StatusGlyph';
import { Highlight } from './Highlight';
import styles from './RowPreview.module.css';

/** One line under a name: the draft, else what is on its way, else the last message with its own tick. */
export function RowPreview({ draft, pending, last, ownAgentId, typed }: RowPreviewProps) {
  if (draft !== '') {
    return (
      <span className={styles.line}>
        <span className={styles.draft}>Draft:</span> <bdi>{plainText(draft)}</bdi>
      </span>
    );
  }
  if (pending !== null) {
    return (
      <>
        <span className={styles.status}>
          <StatusGlyph status={pending.status} />
        </span>
        <KindIcon kind={pending.kind} />
        <span className={styles.line}>
          <bdi>{pending.text}</bdi>
        </span>
      </>
    );
  }
  if (last === null) return <span className={styles.line}>No messages yet</span>;
  return <LastMessage last={last} ownAgentId={ownAgentId} typed={typed} />;
}

/** A message of this browser that is not stored yet. */
export interface PendingPreview extends Preview {
  status: ShownStatus;
}

interface RowPreviewProps {
  /** What is typed in the conversation's composer; empty where nothing is, or while it is open. */
  draft: string;
  pending: PendingPreview | null;
  last: MessageRow | null;
  ownAgentId: string;
  typed: string;
}

function LastMessage({
  last,
  ownAgentId,
  typed,
}: Pick<RowPreviewProps, 'ownAgentId' | 'typed'> & { last: MessageRow }) {
  const preview = previewOf(last);
  const outbound = last.direction === 'outbound';
  const author = outbound && last.sender_id !== ownAgentId ? last.sender_name : '';
  return (
    <>
      {outbound ? (
        <span className={styles.status}>
          <StatusGlyph status={last.status} />
        </span>
      ) : null}
      <KindIcon kind={preview.kind} />
      <span className={styles.line}>
        {author === '' ? null : (
          <>
            <bdi>{author}</bdi>:{' '}
          </>
        )}
        <bdi>
          <Highlight text={preview.text} typed={typed} />
        </bdi>
      </span>
    </>
  );
}

function KindIcon({ kind }: Pick<Preview, 'kind'>) {
  return kind === 'text' ? null : <Icon name={kind} size={16} className={styles.kind} />;
}
