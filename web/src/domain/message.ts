import type { AgentRow, MessageRow, Status } from '../protocol/shapes';
import type { MediaKind, MessageMedia } from './media';

/** A message the server has numbered: the wire's row, whole. */
export type StoredMessage = MessageRow;

/** A message still only in this browser's outbox (protocol.md §2). Times are ISO 8601, UTC; all three are Enter's. */
export interface OptimisticMessage {
  _id: string;
  /** Equal to `_id`, for ever: React key, DOM id, idempotency key and unique column (R1). */
  client_id: string;
  conversation_id: string;
  message_type: 'text' | MediaKind;
  type: 'text' | MediaKind;
  direction: 'outbound';
  sender_role: 'agent';
  sender_id: string;
  sender_name: string;
  text_content: string;
  status: 'sending';
  timestamp: string;
  created_at: string;
  updated_at: string;
  reply_to: string | null;
  /** The file, in all but a text. */
  media?: MessageMedia;
}

/** What Enter sends beside the words. */
export interface SentMedia {
  kind: MediaKind;
  media: MessageMedia;
}

export type Message = StoredMessage | OptimisticMessage;

/** A message has a place in its conversation exactly when the server has stored it. */
export function isStored(message: Message): message is StoredMessage {
  return 'pos' in message;
}

/** What Enter makes of a text, or of a file and the words under it. `at`: Enter, in milliseconds since the epoch. */
export function optimisticMessage(made: {
  clientId: string;
  conversationId: string;
  agent: Pick<AgentRow, '_id' | 'name'>;
  text: string;
  at: number;
  replyTo: string | null;
  file?: SentMedia | undefined;
}): OptimisticMessage {
  const time = new Date(made.at).toISOString();
  const kind = made.file?.kind ?? 'text';
  return {
    _id: made.clientId,
    client_id: made.clientId,
    conversation_id: made.conversationId,
    message_type: kind,
    type: kind,
    direction: 'outbound',
    sender_role: 'agent',
    sender_id: made.agent._id,
    sender_name: made.agent.name,
    text_content: made.text,
    status: 'sending',
    timestamp: time,
    created_at: time,
    updated_at: time,
    reply_to: made.replyTo,
    ...(made.file ? { media: made.file.media } : {}),
  };
}

/** Where an outbox entry stands; `outbox/entry.ts` says what each phase means. */
export type EntryPhase =
  | 'queued'
  | 'posting'
  | 'waiting'
  | 'asking'
  | 'accepted'
  | 'returned'
  | 'lifting';

/** A stored message's status, or what only this browser can know of one not stored yet. */
export type ShownStatus = Status | 'waiting' | 'asking';
