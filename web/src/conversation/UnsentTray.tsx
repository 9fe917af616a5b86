import { useState } from 'react';
import { sentenceFor } from '../domain/errorSentences';
import { mediaWord } from '../domain/media';
import { plainText } from '../domain/messageText';
import { traceWanted } from '../domain/traceWanted';
import type { UnsentEntry } from '../domain/unsent';
import { useSettling } from '../outbox/useSettling';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { cx } from '../ui/cx';
import { useAfter } from '../ui/useAfter';
import { useMediaParts } from './mediaParts';
import styles from './UnsentTray.module.css';

/**
 * Where failed and returned texts of a conversation wait for a person: text, author, reason and remedy.
 * Nothing in it goes anywhere by itself.
 */
export function UnsentTray({ entries, ...actions }: UnsentTrayProps) {
  const [isHidden, setHidden] = useState(false);
  const isSettled = useAfter(entries.length > 0, LIFTING_MS);
  if (!isSettled) return null;
  const count = entries.length;
  return (
    <section className={styles.tray} aria-label="Unsent messages">
      <div className={styles.head} role="status">
        <Icon name="returned" size={16} />
        <span className={styles.title}>
          {count === 1 ? '1 unsent message came back' : `${count} unsent messages came back`}
        </span>
        {count === 1 ? null : (
          <Button look="text" small aria-expanded={!isHidden} onClick={() => setHidden(!isHidden)}>
            {isHidden ? 'Show' : 'Hide'}
          </Button>
        )}
      </div>
      <ul className={styles.entries} hidden={isHidden && count > 1}>
        {entries.map((entry) => (
          <Entry key={entry.clientId} entry={entry} {...actions} />
        ))}
      </ul>
    </section>
  );
}

// A text on its way into the empty composer passes through here; the tray does not open and shut for it.
const LIFTING_MS = 300;

interface EntryActions {
  onRetry: (clientId: string) => void;
  onDiscard: (clientId: string) => void;
  /** Takes the text into the composer. */
  onLift: (clientId: string) => void;
}

interface UnsentTrayProps extends EntryActions {
  entries: UnsentEntry[];
}

function Entry({ entry, onRetry, onDiscard, onLift }: EntryActions & { entry: UnsentEntry }) {
  const { busy, words } = useSettling(entry.clientId);
  return (
    <li
      className={cx(styles.entry, entry.file !== null && styles.withFile)}
      data-unsent={entry.clientId}
    >
      {entry.file ? (
        <Thumb clientId={entry.clientId} source={entry.source} file={entry.file} />
      ) : null}
      <p className={styles.text} dir="auto" title={entry.text}>
        {plainText(entry.text, 400) || fileWords(entry.file)}
      </p>
      <p className={styles.reason}>
        {entry.own ? null : (
          <>
            <bdi>{entry.authorName}</bdi>:{' '}
          </>
        )}
        {sentenceFor(entry.reasonCode, entry.params)}
      </p>
      <div className={styles.actions}>
        {entry.retryable ? (
          <Button small aria-disabled={busy} onClick={() => onRetry(entry.clientId)}>
            Retry
          </Button>
        ) : null}
        {entry.file ? null : (
          <Button
            small
            look={entry.retryable ? 'text' : 'plain'}
            aria-disabled={busy}
            onClick={() => onLift(entry.clientId)}
          >
            Edit
          </Button>
        )}
        <Button small look="text" aria-disabled={busy} onClick={() => onDiscard(entry.clientId)}>
          Discard
        </Button>
        {entry.source === 'row' ? <WhatHappened entry={entry} /> : null}
      </div>
      {words === null ? null : (
        <p className={styles.fault} role="alert">
          {words}
        </p>
      )}
    </li>
  );
}

function Thumb({ clientId, source, file }: ThumbProps) {
  const parts = useMediaParts();
  return (
    <span className={styles.thumb}>
      {parts ? (
        <parts.UnsentThumb clientId={clientId} isStored={source === 'row'} {...file} />
      ) : null}
    </span>
  );
}

interface ThumbProps {
  clientId: string;
  source: UnsentEntry['source'];
  file: NonNullable<UnsentEntry['file']>;
}

function fileWords(file: UnsentEntry['file']): string {
  return file ? (file.media.filename ?? mediaWord(file.kind, file.media)) : '';
}

/** Its bubble has left the thread, so the flight recorder is opened from here. */
function WhatHappened({ entry }: { entry: UnsentEntry }) {
  return (
    <Button
      small
      look="text"
      aria-haspopup="dialog"
      onClick={({ currentTarget }) =>
        traceWanted.emit({
          clientId: entry.clientId,
          conversationId: null,
          text: entry.text,
          senderName: entry.own ? null : entry.authorName,
          opener: currentTarget,
        })
      }
    >
      What happened
    </Button>
  );
}
