import { optimisticMessage, type OptimisticMessage, type StoredMessage } from '../domain/message';
import type { ConversationRow } from '../protocol/shapes';

export const AGENT = { _id: 'agent-ana', email: 'ana@demo.example', name: 'Ana' };
export const CONVERSATION = 'conversation-1';
export const NOON = Date.parse('2026-11-22T12:00:00Z');

/** A stored row; its ids follow from `pos` unless given. */
export function storedRow(pos: number, given: Partial<StoredMessage> = {}): StoredMessage {
  const time = new Date(NOON + pos * 1_000).toISOString();
  return {
    _id: `message-${pos}`,
    client_id: `client-${pos}`,
    conversation_id: CONVERSATION,
    message_type: 'text',
    type: 'text',
    direction: 'inbound',
    sender_role: 'contact',
    sender_id: 'contact-1',
    sender_name: 'Ines',
    text_content: `words ${pos}`,
    status: 'received',
    timestamp: time,
    created_at: time,
    updated_at: time,
    pos,
    rev: 1,
    wamid: null,
    error: null,
    retry_of: null,
    dismissed_at: null,
    reply_to: null,
    media: null,
    reactions: [],
    crossed: false,
    ...given,
  };
}

/** The row that an agent's message becomes. */
export function ownRow(
  message: OptimisticMessage,
  pos: number,
  given: Partial<StoredMessage> = {},
): StoredMessage {
  return storedRow(pos, {
    ...message,
    _id: `message-${pos}`,
    media: null,
    status: 'sending',
    ...given,
  });
}

export function typedMessage(clientId: string, at = NOON): OptimisticMessage {
  return optimisticMessage({
    clientId,
    conversationId: CONVERSATION,
    agent: AGENT,
    text: `text of ${clientId}`,
    at,
    replyTo: null,
  });
}

/** A photo, as Enter makes it. */
export function filedMessage(clientId: string, at = NOON): OptimisticMessage {
  const media = { mime_type: 'image/jpeg', size: 1_000, width: 800, height: 500 };
  return optimisticMessage({
    clientId,
    conversationId: CONVERSATION,
    agent: AGENT,
    text: `text of ${clientId}`,
    at,
    replyTo: null,
    file: { kind: 'image', media: { ...media, state: 'ready' } },
  });
}

export function conversationRow(given: Partial<ConversationRow> = {}): ConversationRow {
  return {
    _id: CONVERSATION,
    rev: 1,
    inbox_id: 'inbox-1',
    contact: { _id: 'contact-1', name: 'Ines' },
    last_message: null,
    last_pos: 0,
    last_activity_at: '2026-11-22T12:00:00.000Z',
    read_up_to_pos: 0,
    unread_count: 0,
    service_window_expires_at: null,
    unsent_count: 0,
    ...given,
  };
}
