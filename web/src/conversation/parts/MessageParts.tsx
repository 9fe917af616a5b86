import type { ReactNode } from 'react';
import type { StoredMessage } from '../../domain/message';
import type { Content } from '../../protocol/shapes';
import { AnyIcon } from '../../ui/AnyIcon';
import { ContactCards } from './ContactCards';
import { FormCard } from './FormCard';
import styles from './MessageParts.module.css';
import { OrderCard } from './OrderCard';
import { PlaceCard } from './PlaceCard';
import { ReferralCard } from './ReferralCard';

/**
 * What a message carries beside its words, above them. Nothing in here asks anybody but our own server for anything:
 * a place is its name and its degrees, an advertisement its sentence and its address.
 */
export function MessageParts({ message, content }: { message: StoredMessage; content: Content }) {
  if (content.revoked_at !== undefined) {
    return <Remark icon="info">{message.sender_name} removed this message</Remark>;
  }
  const { forwarded, product, referral, location, contacts, choice, form, order } = content;
  return (
    <>
      {forwarded === undefined ? null : (
        <Mark icon="forwarded">{forwarded === 'often' ? 'Forwarded many times' : 'Forwarded'}</Mark>
      )}
      {choice === undefined ? null : (
        <Mark icon="reply">
          {choice.kind === 'list_reply' ? 'Chosen from your list' : 'Answered with a button'}
        </Mark>
      )}
      {product === undefined ? null : <Mark icon="document">About product {product}</Mark>}
      {referral === undefined ? null : <ReferralCard referral={referral} />}
      {location === undefined ? null : <PlaceCard place={location} />}
      {contacts === undefined ? null : <ContactCards cards={contacts} />}
      {form === undefined ? null : <FormCard form={form} />}
      {order === undefined ? null : <OrderCard order={order} />}
      {content.unsupported === undefined ? null : (
        <Remark icon="unknown">{unsupportedWords(content.unsupported)}</Remark>
      )}
    </>
  );
}

/** A word above the message: how it came. */
function Mark({
  icon,
  children,
}: {
  icon: 'forwarded' | 'reply' | 'document';
  children: ReactNode;
}) {
  return (
    <span className={styles.mark}>
      <AnyIcon name={icon} size={14} />
      <bdi>{children}</bdi>
    </span>
  );
}

/** In place of a message that cannot be shown. */
function Remark({ icon, children }: { icon: 'info' | 'unknown'; children: ReactNode }) {
  return (
    <div className={styles.remark}>
      <AnyIcon name={icon} size={16} />
      <span>
        <bdi>{children}</bdi>
      </span>
    </div>
  );
}

/** WhatsApp's own names for what it does not hand on. */
const KINDS: Record<string, string> = {
  edit: 'An edited message',
  poll_creation: 'A poll',
  poll_update: 'A vote in a poll',
  pin: 'A pinned message',
  gif: 'A GIF',
  group_invite: 'An invitation to a group',
  link_preview: 'A link with a preview',
  media_placeholder: 'A photo or file',
  keep_in_chat: 'A kept message',
  reaction: 'A reaction',
};
const UNAVAILABLE = 131060;

export function unsupportedWords({ kind, code }: { kind: string; code: number }): string {
  if (code === UNAVAILABLE) {
    return 'WhatsApp could not hand this message on. Ask for it again, or look at the phone.';
  }
  const what = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (what !== undefined) return `${what}, which WhatsApp does not hand on to business software.`;
  return kind === ''
    ? 'A kind of message that WhatsApp does not hand on to business software.'
    : `A kind of message not shown here yet (${kind}).`;
}
