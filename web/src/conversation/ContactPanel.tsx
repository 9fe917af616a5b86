import type { ReactNode } from 'react';
import { contactName, phoneWords, userNameWords } from '../domain/preview';
import { ringOf, type ServiceWindow } from '../domain/serviceWindow';
import { timeLeft, weekdayAndTime } from '../domain/time';
import type { ConversationRow } from '../protocol/shapes';
import { Avatar } from '../ui/Avatar';
import { cx } from '../ui/cx';
import { IconButton } from '../ui/IconButton';
import { useEscape } from '../ui/useEscape';
import { useNow } from '../ui/useNow';
import styles from './ContactPanel.module.css';
import { useServiceWindow } from './useServiceWindow';

/** What is known of the contact, and the service window in words. */
export function ContactPanel({ conversation, onClose }: ContactPanelProps) {
  const { contact } = conversation;
  useEscape(onClose);
  const window = useServiceWindow(conversation.service_window_expires_at);
  const name = contactName(contact);
  const handles = [
    contact.phone === undefined ? null : phoneWords(contact.phone),
    contact.username === undefined ? null : userNameWords(contact.username),
  ].filter((handle) => handle !== null && handle !== name);
  return (
    <section className={styles.panel} aria-label="Contact">
      <header className={styles.head}>
        <h2>Contact</h2>
        <IconButton icon="close" label="Close the contact panel" onClick={onClose} />
      </header>
      <div className={styles.who}>
        <Avatar name={name} seed={contact._id} size="panel" ring={ringOf(window)} />
        <h3 className={styles.name}>
          <bdi>{name}</bdi>
        </h3>
        {handles.length === 0 ? null : <p className={styles.handles}>{handles.join(' · ')}</p>}
      </div>
      <WindowSection window={window} expiresAt={conversation.service_window_expires_at} />
      {conversation.last_pos === 0 ? null : <LastSection conversation={conversation} />}
    </section>
  );
}

interface ContactPanelProps {
  conversation: ConversationRow;
  onClose: () => void;
}

const DAY_MS = 24 * 3_600_000;

function WindowSection({ window, expiresAt }: { window: ServiceWindow; expiresAt: string | null }) {
  const now = useNow(60_000);
  const isOpen = window.state === 'open' || window.state === 'low';
  const moment = expiresAt === null ? '' : weekdayAndTime(expiresAt, now);
  return (
    <Section title="Service window">
      <Fact name={isOpen ? 'Open' : 'Closed'}>
        {isOpen ? `${timeLeft(window.left)} left` : null}
      </Fact>
      <div className={cx(styles.bar, window.state === 'low' && styles.low)} aria-hidden="true">
        <i style={{ inlineSize: `${isOpen ? (100 * window.left) / DAY_MS : 0}%` }} />
      </div>
      <p className={styles.note}>
        {isOpen && `Free text until ${moment}`}
        {window.state === 'closed' && `Closed since ${moment}. It opens when the contact writes.`}
        {window.state === 'never' && 'It opens when the contact writes.'}
      </p>
    </Section>
  );
}

function LastSection({ conversation }: { conversation: ConversationRow }) {
  const now = useNow(60_000);
  return (
    <Section title="About">
      <Fact name="Last activity">{weekdayAndTime(conversation.last_activity_at, now)}</Fact>
    </Section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h4>{title}</h4>
      {children}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <p className={styles.fact}>
      <span>{name}</span>
      <bdi>{children}</bdi>
    </p>
  );
}
