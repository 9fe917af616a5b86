import type { ReactNode } from 'react';
import { sentenceFor } from '../domain/errorSentences';
import { isStored, type StoredMessage } from '../domain/message';
import { timePassed } from '../domain/time';
import type { TimelineItem } from '../domain/timeline';
import { useSettling } from '../outbox/useSettling';
import { Button } from '../ui/Button';
import { cx } from '../ui/cx';
import { Icon } from '../ui/Icon';
import { useNow } from '../ui/useNow';
import styles from './UnconfirmedActions.module.css';

/** Under a bubble, in words: what is in doubt about it, and what the agent can do. Usually nothing. */
export function UnconfirmedActions(props: UnconfirmedActionsProps & { item: TimelineItem }) {
  const { item, onSendAgain, onLeave, onConsent, onTakeBack } = props;
  const { message } = item;
  switch (item.status) {
    case 'waiting':
      return <p className={styles.line}>{waitingWords(item.reasonCode)}</p>;
    case 'asking':
      return (
        <Question
          clientId={item.key}
          yes={['Send', onConsent]}
          no={['Back to composer', onTakeBack]}
        >
          <StillRight item={item} />
        </Question>
      );
    case 'unconfirmed':
      return (
        <Question
          clientId={item.key}
          className={styles.doubt}
          yes={['Send again', onSendAgain]}
          no={['Leave it', onLeave]}
        >
          WhatsApp did not answer; it may have arrived
        </Question>
      );
    default:
      return isStored(message) && message.crossed ? <Crossed row={message} /> : null;
  }
}

export interface UnconfirmedActionsProps {
  /** Hands an unconfirmed message to WhatsApp once more. */
  onSendAgain: (clientId: string) => void;
  /** Settles an unconfirmed message as it is. */
  onLeave: (clientId: string) => void;
  /** Sends a message that has waited too long to go unasked. */
  onConsent: (clientId: string) => void;
  /** Takes such a message back into the composer. */
  onTakeBack: (clientId: string) => void;
}

type Answer = [words: string, onClick: (clientId: string) => void];

function Question({ clientId, className, yes, no, children }: QuestionProps) {
  const { busy, words } = useSettling(clientId);
  return (
    <div className={cx(styles.line, className)}>
      <span>{children}</span>
      <span className={styles.actions}>
        <Button small aria-disabled={busy} onClick={() => yes[1](clientId)}>
          {yes[0]}
        </Button>
        <Button small look="text" aria-disabled={busy} onClick={() => no[1](clientId)}>
          {no[0]}
        </Button>
      </span>
      {words === null ? null : (
        <span className={styles.fault} role="alert">
          {words}
        </span>
      )}
    </div>
  );
}

interface QuestionProps {
  clientId: string;
  className?: string | undefined;
  yes: Answer;
  no: Answer;
  children: ReactNode;
}

/** Without a reason nobody has answered; with one it was the server, which cannot store anything now. */
function waitingWords(reasonCode: string | null): string {
  if (reasonCode === null) return 'Waiting for network';
  return reasonCode === 'storage_full' ? sentenceFor(reasonCode) : 'Waiting for the server';
}

/** It asks because it is old, or because the service window has closed since (R17). */
function StillRight({ item: { reasonCode, message } }: { item: TimelineItem }) {
  const age = useNow(60_000) - Date.parse(message.timestamp);
  if (reasonCode === 'window_closed') return 'The service window has closed since. Send it anyway?';
  return `Written ${timePassed(age)} ago. Still right?`;
}

/** R21: whose answer the sender had not seen, and how long before it came. */
function Crossed({ row: { crossed_by: first, created_at: at } }: { row: StoredMessage }) {
  const before = first ? Date.parse(at) - Date.parse(first.at) : 0;
  return (
    <p className={styles.line}>
      <Icon name="crossed" size={16} />
      <span>
        <bdi>{first?.name ?? 'A colleague'}</bdi> answered {crossedWords(before)} before you
      </span>
    </p>
  );
}

function crossedWords(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  if (seconds < 1) return 'just';
  return seconds < 60 ? `${seconds} s` : timePassed(milliseconds);
}
